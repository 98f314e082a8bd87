internal import CrashLab
internal import CrashLabBench
internal import Glibc

/// What each rung costs, as bars on a logarithmic scale, each with its quartiles.
struct LadderChart {
  private let rungs: [RungReport]

  init(_ rungs: [RungReport]) {
    self.rungs = rungs.filter { $0.median > 0 && $0.lowerQuartile > 0 && $0.upperQuartile > 0 }
  }

  /// Where a figure is on the scale, 0 to 1.
  func share(of value: Double) -> Double {
    guard let low = rungs.map(\.lowerQuartile).min(), let high = rungs.map(\.upperQuartile).max()
    else { return 0 }
    return log(value / (low / 2)) / log(high / (low / 2))
  }

  /// Empty where nothing was measured.
  var drawing: String {
    if rungs.isEmpty { return "" }
    var svg = SVG()
    for (index, rung) in rungs.enumerated() {
      let y = index * 34
      svg.label("word", words(rung), at: 0, y: y + 12)
      svg.rectangle("stack", from: 0, to: share(of: rung.median), y: y + 16, height: 12)
      svg.line(
        "mark fault", from: share(of: rung.lowerQuartile), to: share(of: rung.upperQuartile),
        y1: y + 22, y2: y + 22)
    }
    return svg.document(
      height: rungs.count * 34,
      description: "What a switch costs: \(rungs.map(words).joined(separator: "; "))")
  }

  private func words(_ rung: RungReport) -> String {
    "\(rung.name.inWords): \(Figures.short(rung.median)) ns"
  }
}
