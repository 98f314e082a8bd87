internal import CrashLab
internal import CrashLabBench
internal import Glibc

/// What each kind costs, as bars on a logarithmic scale, each with its quartiles.
struct SwitchChart {
  private let kinds: [SwitchKindReport]

  init(_ kinds: [SwitchKindReport]) {
    self.kinds = kinds.filter { $0.median > 0 && $0.lowerQuartile > 0 && $0.upperQuartile > 0 }
  }

  /// Where a figure is on the scale, 0 to 1.
  func share(of value: Double) -> Double {
    guard let low = kinds.map(\.lowerQuartile).min(), let high = kinds.map(\.upperQuartile).max()
    else { return 0 }
    return log(value / (low / 2)) / log(high / (low / 2))
  }

  /// Empty where nothing was measured.
  var drawing: String {
    if kinds.isEmpty { return "" }
    var svg = SVG()
    for (index, kind) in kinds.enumerated() {
      let y = index * 34
      svg.label("word", words(kind), at: 0, y: y + 12)
      svg.rectangle("stack", from: 0, to: share(of: kind.median), y: y + 16, height: 12)
      svg.line(
        "mark fault", from: share(of: kind.lowerQuartile), to: share(of: kind.upperQuartile),
        y1: y + 22, y2: y + 22)
    }
    return svg.document(
      height: kinds.count * 34,
      description: "What a switch costs: \(kinds.map(words).joined(separator: "; "))")
  }

  private func words(_ kind: SwitchKindReport) -> String {
    "\(kind.name.inWords): \(Figures.short(kind.median)) ns"
  }
}
