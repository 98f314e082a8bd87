import Foundation
import TestSupport
import Testing

@testable import CrashLab
@testable import CrashLabBench

@Suite struct RunComparisonTests {
  /// Recorded on one machine: a debug build with 8 MiB of main stack, a release build with 4.
  private static func recorded(_ name: String) throws -> RunProfile {
    let folder = PackageFolder.file("Tests/Runs")
    return try RunProfile.read(folder.appendingPathComponent("\(name).json").path) { _ in }
  }

  private static let machine = Machine.this

  @Test func aRunIsLikeItself() throws {
    let run = try RunComparisonTests.recorded("release-4-mib")
    let comparison = RunComparison(run, run)
    #expect(comparison.cases.isEmpty && comparison.machine.isEmpty)
    #expect(comparison.alike == 8)
    #expect(!comparison.differsInBehaviour)
    #expect(comparison.text().contains("8 cases are alike, none differs in behaviour"))
  }

  @Test func recordedRunsDifferInFiguresAndNotInBehaviour() throws {
    let comparison = RunComparison(
      try RunComparisonTests.recorded("debug-8-mib"),
      try RunComparisonTests.recorded("release-4-mib"))
    #expect(comparison.machine.map(\.what) == ["main stack limit", "build"])
    #expect(!comparison.differsInBehaviour, "\(comparison.text())")
    let deep = try #require(comparison.cases.first { $0.name == "main-recursion" })
    #expect(deep.attempts == [1, 5])
    #expect(deep.differences.contains { $0.what == .frames })
    #expect(!comparison.cases.contains { $0.name == "exit-nonzero" })
  }

  @Test func behaviourIsToldApartFromFigures() throws {
    var trial = try RunComparisonTests.trial("null-write")
    let before = RunProfile(name: "a", machine: RunComparisonTests.machine, trials: [trial])
    trial.faults[0].code = "SEGV_ACCERR"
    trial.verdict = .notAsExpected
    let after = RunProfile(name: "b", machine: RunComparisonTests.machine, trials: [trial])
    let comparison = RunComparison(before, after)
    #expect(comparison.differsInBehaviour)
    #expect(comparison.cases[0].differences.map(\.what) == [.verdict, .signal])
    #expect(comparison.cases[0].differences[1].second == "SIGSEGV (SEGV_ACCERR)")
  }

  struct Changed: Sendable, CustomTestStringConvertible {
    var what: RunComparison.Difference.What
    var isBehaviour: Bool
    var change: @Sendable (inout TrialReport) -> Void
    var testDescription: String { what.rawValue }
  }

  /// Each thing that is compared, changed alone.
  @Test(arguments: [
    Changed(what: .verdict, isBehaviour: true) { $0.verdict = .notAsExpected },
    Changed(what: .signal, isBehaviour: true) { $0.faults[0].signal = .bus },
    Changed(what: .site, isBehaviour: true) { $0.faults[0].site.kind = .unmapped },
    Changed(what: .site, isBehaviour: true) {
      $0.faults[0].site.guard = Guard(low: Address(0), high: Address(4096), kind: .madvise)
    },
    Changed(what: .corruption, isBehaviour: true) {
      $0.corruption = [
        .init(
          what: "stack", owner: "x", firstAddress: Address(1), bytesChanged: 1, belowStackLimit: 1)
      ]
    },
    Changed(what: .ending, isBehaviour: true) { $0.termination = .deadline },
    Changed(what: .overshoot, isBehaviour: false) { $0.faults[0].site.overshoot = 4096 },
    Changed(what: .frames, isBehaviour: false) { $0.faults[0].unwind?.frameCount += 1 },
    Changed(what: .cost, isBehaviour: false) {
      $0.timeline[$0.timeline.count - 1].at *= 3
    },
  ])
  func eachDifferenceIsTold(row: Changed) throws {
    // As many as a figure needs that changes beyond noise.
    let trials = Array(repeating: try RunComparisonTests.trial("null-write"), count: 9)
    let changed = trials.map { trial in
      var trial = trial
      row.change(&trial)
      return trial
    }
    let comparison = RunComparison(
      RunProfile(name: "a", machine: RunComparisonTests.machine, trials: trials),
      RunProfile(name: "b", machine: RunComparisonTests.machine, trials: changed))
    #expect(comparison.cases.map(\.name) == ["null-write"])
    #expect(comparison.cases.first?.differences.map(\.what) == [row.what])
    #expect(comparison.cases.first?.differences.first?.isBehaviour == row.isBehaviour)
    #expect(comparison.differsInBehaviour == row.isBehaviour)
    #expect(comparison.alike == 0)
    let difference = try #require(comparison.cases.first?.differences.first)
    #expect(difference.first != difference.second)
  }

  /// The attempts may be more or fewer.
  @Test func howOftenIsNoDifference() throws {
    let trial = try RunComparisonTests.trial("null-write")
    var other = trial
    other.verdict = .notAsExpected
    let comparison = RunComparison(
      RunProfile(name: "a", machine: RunComparisonTests.machine, trials: [trial, trial, other]),
      RunProfile(name: "b", machine: RunComparisonTests.machine, trials: [trial, other, other]))
    #expect(comparison.cases.isEmpty && comparison.alike == 1)
  }

  @Test func casesOfOneSideAreNamed() throws {
    let trial = try RunComparisonTests.trial("null-write")
    let some = RunProfile(name: "a", machine: RunComparisonTests.machine, trials: [trial])
    let none = RunProfile(name: "b", machine: RunComparisonTests.machine)
    #expect(RunComparison(some, none).onlyInFirst == ["null-write"])
    #expect(RunComparison(none, some).onlyInSecond == ["null-write"])
  }

  @Test func comparisonIsTheSameAfterJSON() throws {
    let comparison = RunComparison(
      try RunComparisonTests.recorded("debug-8-mib"),
      try RunComparisonTests.recorded("release-4-mib"))
    let again = try JSON.value(RunComparison.self, from: Array(comparison.json().utf8))
    #expect(again == comparison)
  }

  @Test func namesFromOutsideAreNeverPrintedRaw() throws {
    var trial = try RunComparisonTests.trial("null-write")
    trial.case = "\u{1B}[2J"
    trial.faults[0].site.mapping = "/tmp/\u{1B}[31m"
    let one = RunProfile(name: "\u{7}", machine: RunComparisonTests.machine, trials: [trial])
    let text = RunComparison(one, RunProfile(name: "b", machine: RunComparisonTests.machine)).text()
    #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" })
  }

  private static func trial(_ name: String) throws -> TrialReport {
    let file = PackageFolder.file("Tests/Runs/debug-8-mib.json")
    let report = try JSON.value(RunReport.self, from: Array(Data(contentsOf: file)))
    return try #require(report.trials.first { $0.case == name })
  }
}
