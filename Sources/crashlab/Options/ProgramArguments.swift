import ArgumentParser
import CrashLab
import CrashLabModel
import CrashLabText
import Glibc

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

  /// What a body has started. A program that can't be started is told, and ends the command with a
  /// shell's status for that.
  func starting<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as SystemError {
      complain(error.withAdvice)
      throw ExitCode(Self.status(error.code))
    }
  }

  /// What a shell ends with where execve(2) fails with an errno. The others are not execve's alone.
  private static func status(_ code: Int32) -> Int32 {
    switch code {
    case ENOENT: 127
    case EACCES, ENOEXEC, ETXTBSY, E2BIG, ELOOP, ENAMETOOLONG, ENOTDIR, EISDIR, ELIBBAD: 126
    default: EX_SOFTWARE
    }
  }
}
