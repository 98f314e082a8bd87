internal import CrashLab
package import CrashLabModel
internal import CrashLabText

/// What differs between two runs. Addresses are not compared: they differ always.
package struct RunComparison: Sendable, Codable, Equatable {
  package struct Side: Sendable, Codable, Equatable {
    package var name: String
    package var machine: Machine
  }

  package struct Difference: Sendable, Codable, Equatable {
    package enum What: String, Sendable, Codable {
      case verdict, signal, site, corruption, ending, overshoot, frames, cost
    }

    package var what: What
    package var first: String
    package var second: String

    /// Whether it says that the machines behave differently, not only that they measure otherwise.
    package var isBehaviour: Bool {
      switch what {
      case .verdict, .signal, .site, .corruption, .ending: true
      case .overshoot, .frames, .cost: false
      }
    }
  }

  package struct Case: Sendable, Codable, Equatable {
    package var name: String
    package var attempts: [Int]
    package var differences: [Difference]
  }

  package var schemaVersion: Int
  package var first: Side
  package var second: Side
  package var machine: [Machine.Difference]
  /// Those that differ, by name.
  package var cases: [Case]
  /// How many do not.
  package var alike: Int
  package var onlyInFirst: [String]
  package var onlyInSecond: [String]

  package var differsInBehaviour: Bool {
    cases.contains { $0.differences.contains(where: \.isBehaviour) }
  }

  /// Pure: the same runs give the same comparison.
  package init(_ first: RunProfile, _ second: RunProfile) {
    schemaVersion = RunReport.schemaVersion
    self.first = Side(name: first.name, machine: first.machine)
    self.second = Side(name: second.name, machine: second.machine)
    machine = second.machine.differences(from: first.machine)
    let common = Set(first.cases.keys).intersection(second.cases.keys)
    cases = common.sorted().compactMap { name in
      guard let left = first.cases[name], let right = second.cases[name] else { return nil }
      let differences = RunComparison.differences(left, right)
      return differences.isEmpty
        ? nil
        : Case(name: name, attempts: [left.attempts, right.attempts], differences: differences)
    }
    alike = common.count - cases.count
    onlyInFirst = first.cases.keys.filter { !common.contains($0) }.sorted()
    onlyInSecond = second.cases.keys.filter { !common.contains($0) }.sorted()
  }

  package func json() throws -> String { try JSON.text(of: self) + "\n" }

  private static func differences(_ left: CaseProfile, _ right: CaseProfile) -> [Difference] {
    let counts: [(Difference.What, CaseProfile.Counts, CaseProfile.Counts)] = [
      (.verdict, left.verdicts, right.verdicts), (.signal, left.signals, right.signals),
      (.site, left.sites, right.sites), (.corruption, left.corruption, right.corruption),
      (.ending, left.endings, right.endings), (.overshoot, left.overshoots, right.overshoots),
      (.frames, left.frames, right.frames),
    ]
    var differences: [Difference] = []
    // Which values there are is compared, not how often each: the attempts may be more or fewer.
    for (what, first, second) in counts where Set(first.counts.keys) != Set(second.counts.keys) {
      differences.append(
        Difference(
          what: what, first: first.inWords(of: left.attempts),
          second: second.inWords(of: right.attempts)))
    }
    let (first, second) = (left.cost, right.cost)
    switch second.change(from: first, least: CaseProfile.leastChangeOfCost) {
    case .faster, .slower:
      differences.append(
        Difference(
          what: .cost, first: "\(grouped(rounded(first.median))) µs",
          second: "\(grouped(rounded(second.median))) µs"))
    case .alike, .tooFewSamples: break
    }
    return differences
  }
}
