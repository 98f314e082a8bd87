/// Gives labels rows, so that none covers another on the narrowest screen; on a wider one the places
/// only move apart.
struct LabelRows {
  /// Pixels that a drawing has on the narrowest screen.
  static let narrowest = 300.0
  private static let letter = 6.7
  private static let gap = 10.0

  private var taken: [[ClosedRange<Double>]] = []

  var count: Int { taken.count }

  /// Pixels that a label takes at most, with the room beside it.
  static func width(of text: String) -> Double { Double(text.count) * letter + gap }

  /// The row of a label whose line or arrow is at this share of the width.
  mutating func place(_ text: String, at share: Double, anchor: SVG.Anchor? = nil) -> Int {
    let width = LabelRows.width(of: text) - LabelRows.gap
    let x = share * LabelRows.narrowest
    let left =
      switch anchor ?? SVG.Anchor(share) {
      case .start: x
      case .middle: x - width / 2
      case .end: x - width
      }
    let span = left...(left + width + LabelRows.gap)
    for row in taken.indices where !taken[row].contains(where: { $0.overlaps(span) }) {
      taken[row].append(span)
      return row
    }
    taken.append([span])
    return taken.count - 1
  }
}
