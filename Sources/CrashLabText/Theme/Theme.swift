internal import CrashLabModel

/// How the parts of a report are coloured: by what they mean.
package struct Theme: Sendable {
  private var isColoured: Bool

  package static let plain = Theme(isColoured: false)
  package static let coloured = Theme(isColoured: true)

  private func paint(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  package func good(_ text: String) -> String { paint(text, "32") }
  package func bad(_ text: String) -> String { paint(text, "1;31") }
  package func warning(_ text: String) -> String { paint(text, "33") }
  package func heading(_ text: String) -> String { paint(text, "1") }
  package func faint(_ text: String) -> String { paint(text, "2") }
  package func symbol(_ text: String) -> String { paint(text, "36") }

  /// Columns that a text takes, without the colours in it.
  package func visibleCount(_ text: String) -> Int {
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
