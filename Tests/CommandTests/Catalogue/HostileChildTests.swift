import Foundation
import Testing

@testable import CrashLab

/// A child that does its worst gets a true verdict or a clear error, and leaves nothing behind.
@Suite struct HostileChildTests {
  /// What must come of a child: the verdict, and a part of what is said of it.
  private static let rows: [(name: String, verdict: TrialReport.Verdict, reason: String)] = [
    ("writes-garbage", .laboratoryError, "19 bytes"),
    ("sends-half-a-message", .laboratoryError, "100 bytes"),
    ("sends-an-impossible-signal", .laboratoryError, "4711"),
    ("sends-an-endless-trace", .laboratoryError, "4294967295"),
    ("sends-an-endless-fold", .laboratoryError, "18446744073709551615 times"),
    ("sends-descriptors", .laboratoryError, "7 bytes"),
    ("replays", .notAsExpected, "expected 1, saw 4"),
    ("floods-the-socket", .laboratoryError, "more than 16 messages"),
    ("speaks-through-another", .laboratoryError, "none of its own"),
    ("closes-every-descriptor", .notAsExpected, "faults"),
    ("shuts-the-socket-down", .notAsExpected, "faults"),
    ("lies-about-its-board", .notAsExpected, "corruption"),
    ("unmaps-its-board", .notAsExpected, "faults"),
    ("cuts-its-board-off", .asExpected, ""),
    ("looks-for-other-boards", .asExpected, ""),
    ("stops-itself", .asExpected, ""),
    ("traces-itself", .asExpected, ""),
    ("stops-the-control-process", .laboratoryError, "control process was stopped by SIGSTOP"),
    ("ends-the-control-process", .laboratoryError, "control process was ended by SIGKILL"),
    ("will-have-been-armed", .asExpected, ""),
    ("leaves-its-group", .asExpected, ""),
    ("leaves-a-grandchild", .asExpected, ""),
    ("hides-a-grandchild", .asExpected, ""),
    ("hides-a-family", .asExpected, ""),
    ("hides-in-every-way", .asExpected, ""),
    ("executes-something-short", .asExpected, ""),
    ("executes-something-long", .asExpected, ""),
    ("fills-the-disk", .asExpected, ""),
    ("eats-memory", .asExpected, ""),
    ("blocks-every-signal", .asExpected, ""),
    ("blocks-every-signal-and-crashes", .notAsExpected, "faults"),
    ("names-itself-with-escapes", .asExpected, ""),
    // Whoever is not root may not look at such a process.
    ("makes-itself-undumpable", geteuid() == 0 ? .asExpected : .laboratoryError, ""),
  ]

  private static func status(of verdict: TrialReport.Verdict) -> Int32 {
    switch verdict {
    case .asExpected: 0
    case .notAsExpected, .skipped: 1
    case .laboratoryError: 70
    }
  }

  @Test func eachGetsItsVerdictAndLeavesNothing() throws {
    var table = Table(
      "hostile children", columns: "what it does", "verdict", "status", "left", "what is said of it"
    )
    defer { table.show() }
    for row in HostileChildTests.rows {
      let running = try Command("hostile-children").start([row.name])
      let result = try running.wait()
      let left = processesMarked(by: running.identifier)
      let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
      let trial = try #require(report.trials.first, "\(row.name)")
      table.add(
        row.name, trial.verdict?.rawValue ?? "none", "\(result.status)", "\(left.count)",
        printable(trial.reason ?? trial.summary))
      #expect(report.trials.count == 1)
      #expect(trial.verdict == row.verdict, "\(row.name): \(trial.reason ?? "")")
      #expect(result.status == HostileChildTests.status(of: row.verdict), "\(row.name)")
      #expect(left.isEmpty, "\(row.name)")
      if !row.reason.isEmpty {
        #expect(trial.reason?.contains(row.reason) == true, "\(row.name): \(trial.reason ?? "")")
      }
    }
  }

  /// The trial after one that has ended the control process has another.
  @Test func theLaboratoryGoesOn() throws {
    let result = try Command("hostile-children").run([
      "stops-the-control-process", "ends-the-control-process", "leaves-its-group",
      "makes-itself-undumpable",
    ])
    let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
    let verdicts = report.trials.map(\.verdict)
    #expect(
      verdicts.prefix(3) == [.laboratoryError, .laboratoryError, .asExpected],
      "\(report.trials.map { $0.reason ?? "" })")
  }

  /// What the laboratory needs for one child is not charged to another: it would have been ended
  /// after a second.
  @Test func aBusyLaboratoryGivesTheTimeBack() throws {
    let result = try Command("hostile-children").run(["--busy", "leaves-at-once", "stays-a-while"])
    let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
    #expect(report.trials.map(\.case) == ["leaves-at-once", "stays-a-while"])
    #expect(report.trials.map(\.termination) == [.exited(0), .exited(0)])
  }

  /// Either it left in time or it did not: both are true, and nothing else may be said.
  @Test func whatEndsAtItsDeadlineHasEndedInOneWay() throws {
    for _ in 0..<10 {
      let result = try Command("hostile-children").run(["ends-at-its-deadline"])
      let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
      let trial = try #require(report.trials.first)
      switch trial.verdict {
      case .asExpected: #expect(trial.termination == .exited(0))
      case .notAsExpected: #expect(trial.termination == .deadline)
      default: Issue.record("\(trial.reason ?? "")")
      }
    }
  }

  @Test func noEscapeIsPrinted() throws {
    let result = try Command("hostile-children").run(["--text", "names-itself-with-escapes"])
    #expect(result.output.contains("\\u{1b}[31m"))
    #expect(!(result.output + result.errors).unicodeScalars.contains { $0 == "\u{1B}" })
  }

  /// However a grandchild hides, the control process finds it when the laboratory has been killed.
  @Test func nothingSurvivesTheLaboratory() throws {
    let running = try Command("hostile-children").start(["hides-in-every-way"])
    #expect(eventually { processesMarked(by: running.identifier).count >= 5 })
    kill(running.identifier, SIGKILL)
    _ = try running.wait()
    #expect(
      eventually { processesMarked(by: running.identifier).isEmpty },
      "\(processesMarked(by: running.identifier))")
  }
}
