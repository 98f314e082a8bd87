internal import CrashLab
internal import CrashLabText

/// Elements of a drawing, written with everything escaped. Horizontal places are shares of the
/// width (0 to 1), so that a drawing is as wide as the page and its letters keep their size.
struct SVG {
  private(set) var text = ""

  mutating func element(
    _ name: String, _ attributes: KeyValuePairs<String, String>, _ content: String? = nil
  ) {
    text += "<\(name)"
    for (key, value) in attributes { text += " \(key)=\"\(markup(value))\"" }
    text += content.map { ">\(markup($0))</\(name)>" } ?? "/>"
  }

  mutating func rectangle(_ style: String, from low: Double, to high: Double, y: Int, height: Int) {
    element(
      "rect",
      [
        "class": style, "x": percent(low), "width": percent(high - low), "y": "\(y)",
        "height": "\(height)",
      ])
  }

  mutating func line(_ style: String, from: Double, to: Double, y1: Int, y2: Int) {
    element(
      "line",
      [
        "class": style, "x1": percent(from), "x2": percent(to), "y1": "\(y1)", "y2": "\(y2)",
      ])
  }

  /// Beside its place, on the side where there is more room.
  mutating func label(
    _ style: String, _ content: String, at place: Double, y: Int, anchor: Anchor? = nil
  ) {
    let anchor = anchor ?? Anchor(place)
    element(
      "text",
      [
        "class": style, "x": percent(place), "dx": anchor.aside, "y": "\(y)",
        "text-anchor": anchor.rawValue,
      ], content)
  }

  /// The whole drawing. `description` is what a screen reader says in its place.
  func document(height: Int, description: String) -> String {
    "<svg class=\"strip\" width=\"100%\" height=\"\(height)\" role=\"img\" "
      + "aria-label=\"\(markup(description))\">\(text)</svg>"
  }

  enum Anchor: String {
    case start, middle, end

    /// Of a figure below an axis: under its tick, but within the drawing.
    static func onAxis(_ place: Double) -> Anchor {
      place < 0.1 ? .start : place > 0.9 ? .end : .middle
    }

    /// Off the line that it names.
    var aside: String {
      switch self {
      case .start: "4"
      case .middle: "0"
      case .end: "-4"
      }
    }

    init(_ place: Double) { self = place < 0.3 ? .start : place > 0.7 ? .end : .middle }
  }
}

/// `12.34%`, within the drawing.
func percent(_ share: Double) -> String {
  let hundredths = Int((max(0, min(1, share.isFinite ? share : 0)) * 10_000).rounded())
  let rest = hundredths % 100
  if rest == 0 { return "\(hundredths / 100)%" }
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)%"
}
