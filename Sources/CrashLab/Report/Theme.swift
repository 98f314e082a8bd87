internal import Glibc

/// How the parts of a report are coloured: by what they mean.
public struct Theme: Sendable {
  private var isColoured: Bool

  public static let plain = Theme(isColoured: false)
  public static let coloured = Theme(isColoured: true)

  /// Colour on a terminal only, and never under NO_COLOR (https://no-color.org) or a dumb terminal.
  public static func suited(to output: Output) -> Theme {
    let noColor = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let dumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
    return output.isTerminal && !noColor && !dumb ? .coloured : .plain
  }

  private func paint(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  public func good(_ text: String) -> String { paint(text, "32") }
  public func bad(_ text: String) -> String { paint(text, "1;31") }
  public func warning(_ text: String) -> String { paint(text, "33") }
  public func heading(_ text: String) -> String { paint(text, "1") }
  public func faint(_ text: String) -> String { paint(text, "2") }
  public func symbol(_ text: String) -> String { paint(text, "36") }

  /// Columns that a text takes, without the colours in it.
  func visibleCount(_ text: String) -> Int {
    guard isColoured else { return text.count }
    var count = 0
    var isColour = false
    for character in text {
      if character == "\u{1B}" { isColour = true }
      if !isColour { count += 1 }
      if character == "m" { isColour = false }
    }
    return count
  }
}
