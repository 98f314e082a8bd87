import CrashLab
import CrashLabText
import Glibc

extension Theme {
  /// Colour on a terminal only, and never under NO_COLOR (https://no-color.org) or a dumb terminal.
  static func suited(to output: Output) -> Theme {
    let noColor = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let dumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
    return output.isTerminal && !noColor && !dumb ? .coloured : .plain
  }
}
