internal import CrashLab
internal import CrashLabBench
internal import CrashLabText
internal import Glibc

/// What each kind costs, as bars on a logarithmic scale, each with its quartiles.
struct SwitchChart {
  private let kinds: [SwitchKindReport]

  init(_ kinds: [SwitchKindReport]) {
    self.kinds = kinds.filter { $0.median > 0 && $0.lowerQuartile > 0 && $0.upperQuartile > 0 }
  }

  /// Both ends of the scale; nil where nothing was measured.
  private var ends: (low: Double, high: Double)? {
    guard let low = kinds.map(\.lowerQuartile).min(), let high = kinds.map(\.upperQuartile).max()
    else { return nil }
    return (low / 2, high)
  }

  /// Where a figure is on the scale, 0 to 1.
  func share(of value: Double) -> Double {
    guard let ends else { return 0 }
    return log(value / ends.low) / log(ends.high / ends.low)
  }

  /// Empty where nothing was measured.
  var drawing: String {
    guard let ends else { return "" }
    var svg = SVG()
    for (index, kind) in kinds.enumerated() {
      let y = index * 34
      svg.label("word", words(kind), at: 0, y: y + 12)
      svg.rectangle("stack", from: 0, to: share(of: kind.median), y: y + 16, height: 12)
      svg.line(
        "mark fault", from: share(of: kind.lowerQuartile), to: share(of: kind.upperQuartile),
        y1: y + 22, y2: y + 22)
    }
    let axis = kinds.count * 34 + 6
    svg.line("axis", from: 0, to: 1, y1: axis, y2: axis)
    var rows = LabelRows()
    for tick in RoundTicks.powersOfTen(from: ends.low, to: ends.high) {
      let label = tick < 1 ? "\(Figures.short(tick)) ns" : "\(grouped(rounded(tick))) ns"
      svg.line("scale", from: share(of: tick), to: share(of: tick), y1: axis, y2: axis + 6)
      let anchor = SVG.Anchor.onAxis(share(of: tick))
      let row = rows.place(label, at: share(of: tick), anchor: anchor)
      svg.label(
        "word scale", label, at: share(of: tick), y: axis + 20 + row * 16,
        anchor: anchor)
    }
    return svg.document(
      height: axis + 8 + rows.count * 16,
      description: "What a switch costs: \(kinds.map(words).joined(separator: "; "))")
  }

  private func words(_ kind: SwitchKindReport) -> String {
    "\(kind.name.inWords): \(Figures.short(kind.median)) ns"
  }
}
