import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabBench

/// `crashlab switch` as a user runs it. Ratios only: the machine may have other work.
@Suite(.serialized) struct SwitchTests {
  @Test func jsonIsWhatTheDesignSays() throws {
    let result = try Command("crashlab", .release).run(["switch", "--quick", "--format", "json"])
    try #require(result.status == 0, "\(result.errors)")
    let report = try JSON.value(SwitchReport.self, from: Array(result.output.utf8))
    let names = Set(
      report.kinds.map(\.name) + report.starved
        + report.absent.compactMap(SwitchKind.init(rawValue:)))
    #expect(names == Set(SwitchKind.allCases))
    for kind in report.kinds {
      // On a busy machine there is time for fewer rounds, but for one in any case.
      #expect((1...11).contains(kind.samples.count))
      #expect(kind.lowerQuartile <= kind.median && kind.median <= kind.upperQuartile)
    }
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    for key in ["schemaVersion", "machine", "conditions", "placement", "rungs", "unpinned"] {
      #expect(object[key] != nil, "\(key) is absent")
    }
  }

  /// The same ring by other hands, in turn with ours.
  @Test(arguments: [(SwitchKind.threadFutex, "threads"), (SwitchKind.processFutex, "processes")])
  func agreesWithAnIndependentProgram(kind: SwitchKind, peer: String) throws {
    let core = Placement.suggestedCore()
    let placement = Placement(core: core)
    var ratios: [Double] = []
    var switches: [Double] = []
    for _ in 0..<25 {
      let sample = try #require(try kind.sample(in: placement, scale: 4))
      switches.append(sample.switches)
      let other = try Command("futex-ring", .release).run([peer, "2", "3000", "\(core)"])
      let theirs = try #require(other.output.split(separator: " ").first.flatMap { Double($0) })
      ratios.append(sample.nanoseconds / theirs)
    }
    // Processor time, both. A hop costs more for a second at a time where somebody else uses the
    // other half of the core: both of a pair meet the same, the least of all samples does not. One
    // switch more or less a hop would be twice or half as much.
    #expect((0.7...1.4).contains(ratios.median), "\(ratios)")
    #expect(abs(switches.median - 1) < 0.01, "one switch a hop, but \(switches)")
  }

  @Test func contradictoryOptionsAreUsage() throws {
    #expect(try Command().run(["switch", "--quick", "--full"]).status == 64)
    #expect(try Command().run(["switch", "--core", "-1"]).status == 64)
  }
}
