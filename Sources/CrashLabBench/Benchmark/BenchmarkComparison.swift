internal import CrashLab
package import CrashLabModel
package import CrashLabText

/// Two reports of the same benchmarks: what changed beyond noise.
package struct BenchmarkComparison: Sendable, Codable, Equatable {
  package struct Side: Sendable, Codable, Equatable {
    package var median: Double
    package var lowerQuartile: Double
    package var upperQuartile: Double
    /// How many.
    package var samples: Int

    init(_ spread: Spread) {
      median = spread.median
      lowerQuartile = spread.lowerQuartile
      upperQuartile = spread.upperQuartile
      samples = spread.samples.count
    }
  }

  package struct Row: Sendable, Codable, Equatable {
    package var name: String
    package var unit: String
    package var before: Side
    package var now: Side
    /// The median now over that before; null where that was 0.
    @Nullable package var ratio: Double?
    package var change: Change
  }

  package var schemaVersion = RunReport.schemaVersion
  package var machine: [Machine.Difference]
  /// Figures that both have, in the order of the later report.
  package var figures: [Row]
  package var onlyBefore: [String]
  package var onlyNow: [String]

  /// Medians nearer to each other than this part of the smaller one are alike.
  static let least = 0.05

  package var hasSlower: Bool { figures.contains { $0.change == .slower } }

  /// Pure: the same reports give the same comparison. Quartiles are taken from the samples, whatever
  /// a report says that they are.
  package init(_ before: BenchmarkReport, _ now: BenchmarkReport) {
    machine = now.machine.differences(from: before.machine)
    func key(_ figure: BenchmarkReport.Figure) -> [String] { [figure.name, figure.unit] }
    let earlier = Dictionary(before.benchmarks.map { (key($0), $0) }) { first, _ in first }
    figures = now.benchmarks.compactMap { figure in
      guard let old = earlier[key(figure)] else { return nil }
      let (first, second) = (Spread(old.samples), Spread(figure.samples))
      return Row(
        name: figure.name, unit: figure.unit, before: Side(first), now: Side(second),
        ratio: first.median > 0 ? second.median / first.median : nil,
        change: second.change(from: first, least: BenchmarkComparison.least))
    }
    let common = Set(figures.map(\.name))
    onlyBefore = before.benchmarks.map(\.name).filter { !common.contains($0) }
    onlyNow = now.benchmarks.map(\.name).filter { !common.contains($0) }
  }

  package func json() throws -> String { try JSON.text(of: self) + "\n" }

  package func text(theme: Theme = .plain) -> String {
    var text = ""
    for difference in machine {
      text += theme.warning(
        "\(difference.what): \(printable(difference.first)), now \(printable(difference.second))")
      text += "\n"
    }
    let changed = figures.filter { $0.change == .slower || $0.change == .faster }
    let width = (changed.map(\.name.count).max() ?? 0) + 2
    for row in changed {
      let word = row.change.rawValue.padding(to: 8)
      text += row.change == .slower ? theme.bad(word) : theme.good(word)
      text +=
        printable(row.name).padding(to: width)
        + "\(Figures.time(row.before.median)), now \(Figures.time(row.now.median))"
        + (row.ratio.map { " (\(Figures.short($0)) times)" } ?? "") + "\n"
    }
    for (names, side) in [(onlyBefore, "before"), (onlyNow, "now")] where !names.isEmpty {
      text += "only \(side): \(names.map(printable).joined(separator: ", "))\n"
    }
    let counts = Change.allCases.map { change in
      "\(figures.count { $0.change == change }) \(change.inWords)"
    }
    return text + counts.joined(separator: ", ") + "\n"
  }
}

extension Change {
  var inWords: String {
    switch self {
    case .slower: "slower"
    case .faster: "faster"
    case .alike: "alike within the noise"
    case .tooFewSamples: "with too few samples to tell"
    }
  }
}
