import Foundation
import Testing

@testable import CrashLab

/// A child that does its worst gets a true verdict or a clear error, and leaves nothing behind.
@Suite struct HostileChildTests {
  private static let report: Result<(RunReport, [Int32]), any Error> = Result {
    let running = try Command("hostile-children").start([])
    let result = try running.wait()
    let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
    return (report, [running.identifier])
  }

  @Test(arguments: [
    ("garbage", TrialReport.Verdict.laboratoryError, "19 bytes"),
    ("truncated", .laboratoryError, "100 bytes"),
    ("impossible-signal", .laboratoryError, "4711"),
    ("endless-trace", .laboratoryError, "4294967295"),
    ("endless-fold", .laboratoryError, "18446744073709551615 times"),
    ("replay", .laboratoryError, "before its evidence was answered"),
    ("flood", .laboratoryError, "more than 16 messages"),
    ("no-descriptors", .notAsExpected, "faults"),
    ("socket-shut-down", .notAsExpected, "faults"),
    ("stopped", .asExpected, ""),
    ("leaves-its-group", .asExpected, ""),
    ("leaves-a-grandchild", .asExpected, ""),
    ("hides-a-grandchild", .asExpected, ""),
    ("lies-about-its-board", .notAsExpected, "corruption"),
  ])
  func verdict(name: String, verdict: TrialReport.Verdict, reason: String) throws {
    let trial = try #require(
      try HostileChildTests.report.get().0.trials.first { $0.case == name })
    #expect(trial.verdict == verdict, "\(trial.reason ?? "")")
    if !reason.isEmpty { #expect(trial.reason?.contains(reason) == true, "\(trial.reason ?? "")") }
  }

  @Test func nothingIsLeftRunning() throws {
    _ = try HostileChildTests.report.get()
    let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter {
      (try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8))?
        .hasPrefix("hostile-childre") == true
    }
    #expect(left.isEmpty)
  }
}
