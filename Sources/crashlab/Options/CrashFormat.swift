import ArgumentParser

/// How the report of a program is written.
enum CrashFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
  /// OpenTelemetry's logs, a line for each crash.
  case otlp

  static let help: ArgumentHelp =
    "How to write the report: text, json, or otlp (a JSON line for each crash, for OpenTelemetry)."
}
