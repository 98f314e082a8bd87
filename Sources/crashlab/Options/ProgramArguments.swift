import ArgumentParser

/// A program and its arguments: whatever follows the program's name is its own. `--` before the name
/// is allowed, as elsewhere.
struct ProgramArguments: ParsableArguments {
  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("The program and its arguments.", valueName: "program"))
  private var words: [String] = []

  /// The program first; empty if none was named.
  var command: [String] { words.first == "--" ? Array(words.dropFirst()) : words }

  func validate() throws {
    if let first = words.first, first != "--", first.hasPrefix("-"), first != "-" {
      throw ValidationError("Unknown option '\(first)'. A program of that name: -- \(first)")
    }
  }
}
