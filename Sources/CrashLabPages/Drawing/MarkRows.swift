/// Places the labels of lines that stand on an axis, each beside the top of its own line, so that no
/// label covers another and no line crosses a label, on the narrowest screen. On a wider one the
/// lines only move apart.
struct MarkRows {
  struct Place: Equatable {
    /// 0 is the uppermost; the line reaches from there down to the axis.
    var row: Int
    /// `start`: the label stands to the right of its line.
    var anchor: SVG.Anchor
  }

  /// In the order of the marks.
  private(set) var places: [Place] = []
  private(set) var count = 0

  /// - Parameter marks: each label with its line's share of the width.
  init(_ marks: [(label: String, share: Double)]) {
    let lines = marks.map { $0.share * LabelRows.narrowest }
    let widths = marks.map { LabelRows.width(of: $0.label) }
    let order = lines.indices.sorted { lines[$0] < lines[$1] }
    let anchors = MarkRows.anchors(lines, widths, order)
    let spans = lines.indices.map { index in
      anchors[index] == .start
        ? lines[index]...(lines[index] + widths[index])
        : (lines[index] - widths[index])...lines[index]
    }
    // A line that passes a label's place must begin below it.
    func mustBeBelow(_ other: Int, _ label: Int) -> Bool {
      abs(lines[other] - lines[label]) > MarkRows.same && spans[label].contains(lines[other])
    }
    places = anchors.map { Place(row: 0, anchor: $0) }
    var placed: [Int] = []
    var waiting = order
    while !waiting.isEmpty {
      // No circle is left where the anchors part the lines; if one is, its first is taken.
      let next =
        waiting.first { one in !waiting.contains { $0 != one && mustBeBelow(one, $0) } }
        ?? waiting[0]
      waiting.removeAll { $0 == next }
      var row = placed.filter { mustBeBelow(next, $0) }.map { places[$0].row + 1 }.max() ?? 0
      while placed.contains(where: { places[$0].row == row && spans[$0].overlaps(spans[next]) }) {
        row += 1
      }
      places[next].row = row
      placed.append(next)
    }
    count = (places.map(\.row).max() ?? -1) + 1
  }

  /// Pixels within which two lines are one at any width.
  private static let same = 0.05

  /// To the right for the lines on the left, to the left for the others: parted where each label
  /// fits into the drawing, and where no two labels reach over each other's lines.
  private static func anchors(
    _ lines: [Double], _ widths: [Double], _ order: [Int]
  ) -> [SVG.Anchor] {
    func cost(_ parted: Int) -> Double {
      var cost = 0.0
      for (place, index) in order.enumerated() {
        let beyond =
          place < parted
          ? lines[index] + widths[index] - LabelRows.narrowest : widths[index] - lines[index]
        if beyond > 0 { cost += 1000 + beyond }
      }
      for left in order[..<parted] {
        for right in order[parted...] where abs(lines[right] - lines[left]) > same {
          if lines[left] + widths[left] >= lines[right], lines[right] - widths[right] <= lines[left]
          {
            cost += 10_000
          }
        }
      }
      let middle = order.count { lines[$0] < LabelRows.narrowest / 2 }
      return cost + Double(abs(parted - middle))
    }
    let parted = (0...order.count).min { cost($0) < cost($1) } ?? 0
    var anchors = [SVG.Anchor](repeating: .end, count: lines.count)
    for index in order[..<parted] { anchors[index] = .start }
    return anchors
  }
}
