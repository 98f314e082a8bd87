import ArgumentParser
import CrashLabText

/// What reports leave out that go further than the program's user.
enum RedactOption {
  static let help: ArgumentHelp =
    "Leave out what may be secret: arguments, texts in memory, numbers in registers, source lines."

  /// The command line of this process, without what stands behind the subcommand.
  static var commandLine: String {
    (["crashlab"] + CommandLine.arguments.dropFirst().prefix(1)).map(shellQuoted)
      .joined(separator: " ") + " …"
  }
}
