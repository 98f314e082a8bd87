package import CrashLabModel

/// Lines that GitHub's runners turn into annotations of a change: one for each trial that is not as
/// expected, and a sum.
///
/// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
package struct GitHubReporter: Reporter {
  private let folderOf: (String) -> String?
  private var summary = RunReport.Summary()

  /// - `folderOf`: the catalogue's folder of a case, where its file is.
  package init(folderOf: @escaping (String) -> String?) {
    self.folderOf = folderOf
  }

  package mutating func trial(_ report: TrialReport) throws -> String {
    summary.add(report.verdict)
    return GitHubReporter.line(for: report, folderOf: folderOf)
  }

  package mutating func end(duration: Double) throws -> String {
    summary.duration = duration
    return TextReporter.line(for: summary, theme: .plain)
  }

  // MARK: - Pure

  /// Empty for what is as expected.
  package static func line(for trial: TrialReport, folderOf: (String) -> String?) -> String {
    let level: String
    switch trial.verdict {
    case .notAsExpected, .laboratoryError: level = "error"
    case .skipped: level = "notice"
    case .asExpected, nil: return ""
    }
    let name = trial.case ?? "command"
    var properties = "title=\(property("crashlab: \(name)"))"
    if let folder = folderOf(name) {
      properties += ",file=\(property("cases/\(folder)/\(name).swift"))"
    }
    let differences = trial.mismatches.prefix(20).map {
      "\(printable($0.what)): expected \(printable($0.expected)), saw \(printable($0.seen))"
    }
    let lines =
      differences.isEmpty ? [printable(trial.reason ?? trial.summary)] : Array(differences)
    let repeating = trial.case.map { ["to see it again: crashlab run \(printable($0))"] } ?? []
    return
      "::\(level) \(properties)::\((lines + repeating).map(message).joined(separator: "%0A"))\n"
  }

  /// Control characters are gone already; the rest is what the runner itself takes apart.
  private static func message(_ text: String) -> String {
    String(text.unicodeScalars.map { $0 == "%" ? "%25" : String($0) }.joined())
  }

  private static func property(_ text: String) -> String {
    printable(text).unicodeScalars.map { scalar in
      switch scalar {
      case "%": "%25"
      case ":": "%3A"
      case ",": "%2C"
      default: String(scalar)
      }
    }.joined()
  }
}
