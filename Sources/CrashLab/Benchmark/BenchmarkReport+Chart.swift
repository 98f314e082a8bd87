internal import Glibc

extension BenchmarkReport {
  /// Figures in groups (all but the last part of the name), each with its ratio to the group's first
  /// and a bar.
  ///
  /// - Parameter width: columns of the longest bar.
  public func chart(width: Int = 36) -> String {
    let medians = benchmarks.map { max(1, $0.median) }
    let range = (least: medians.min() ?? 1, most: medians.max() ?? 1)
    var text = ""
    var group: Substring?
    var base = 1.0
    for figure in benchmarks {
      let parts = figure.name.split(separator: ".")
      let ownGroup = figure.name.dropLast((parts.last?.count ?? 0) + 1)
      if ownGroup != group {
        group = ownGroup
        base = max(1, figure.median)
        text += "\(text.isEmpty ? "" : "\n")\(ownGroup)\n"
      }
      text += line(figure, name: parts.last ?? "", base: base, range, width)
    }
    let remarks = notes.isEmpty ? "" : "\n" + notes.joined(separator: "\n") + "\n"
    return text + "\nBars are logarithmic: each tenth part of the longest is about "
      + "\(rounded(pow(range.most / range.least, 0.1))) times.\n" + remarks
  }

  private func line(
    _ figure: Figure, name: Substring, base: Double, _ range: (least: Double, most: Double),
    _ width: Int
  ) -> String {
    let ratio = figure.median / base
    let part = log(max(1, figure.median) / range.least) / log(range.most / range.least)
    let bar = String(repeating: "█", count: 1 + Int(part * Double(width - 1)))
    return "  \(String(name).padding(to: 22))"
      + "\(BenchmarkReport.time(figure.median).padding(to: 11))"
      + "(\(BenchmarkReport.time(figure.lowerQuartile)) to "
      + "\(BenchmarkReport.time(figure.upperQuartile)))".padding(to: 26)
      + "\(rounded(ratio)) ×".padding(to: 11) + bar + "\n"
  }

  private func rounded(_ value: Double) -> String {
    value >= 100 ? "\(Int(value.rounded()))" : "\((value * 100).rounded() / 100)"
  }
}
