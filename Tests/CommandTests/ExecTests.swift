import Foundation
import Testing

@testable import CrashLab

/// Programs that know nothing of the laboratory, under its eyes.
@Suite struct ExecTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var site: FaultSite.Kind
    var owner: String?
    var thread: String
    var signal: Signal = .segv
    var status: Int32 = 139
    var reason: String = "no handler is installed"
  }

  private static func exec(_ arguments: [String]) throws -> Command.Result {
    // Swift's own backtracer would handle the faults of a program that links its runtime.
    try Command().run(["exec"] + arguments, environment: ["SWIFT_BACKTRACE": "enable=no"])
  }

  private static func foreign() throws -> String { try Command("foreign").executable.path }

  @Test(arguments: [
    Row(testDescription: "thread", site: .guard, owner: "overflower", thread: "overflower"),
    Row(testDescription: "main", site: .mainStackLimit, owner: "foreign", thread: "foreign"),
    Row(testDescription: "step-over", site: .pastGuard, owner: "stepper", thread: "stepper"),
    Row(testDescription: "null", site: .nullPage, thread: "foreign"),
    Row(testDescription: "sent", site: .notAFault, thread: "foreign"),
    Row(
      testDescription: "abort", site: .notAFault, thread: "foreign", signal: .abrt, status: 134),
    Row(
      testDescription: "no-alternate-stack", site: .guard, owner: "overflower",
      thread: "overflower", reason: "it never ran"),
  ])
  func tellsHowItDied(row: Row) throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/report.json"
      let result = try ExecTests.exec([
        "--format", "json", "--report", file, "--", try ExecTests.foreign(), row.testDescription,
      ])
      #expect(result.status == row.status)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
      let report = try JSONDecoder().decode(RunReport.self, from: bytes)
      let trial = try #require(report.trials.first)
      #expect(trial.case == nil && trial.verdict == nil)
      #expect(trial.command?.last == row.testDescription)
      #expect(trial.death?.processDied == true)
      let fault = try #require(trial.faults.last)
      #expect(fault.signal == row.signal)
      #expect(fault.site.kind == row.site)
      #expect(fault.thread.name == row.thread)
      if let owner = row.owner { #expect(fault.site.owner?.name == owner) }
      #expect(fault.reason?.contains(row.reason) == true, "\(fault.reason ?? "nothing")")
      #expect(fault.unwind?.complete == true)
    }
  }

  @Test func recursionIsNamed() throws {
    let result = try ExecTests.exec(["--", try ExecTests.foreign(), "thread"])
    #expect(result.errors.contains("stack overflow in thread 'overflower'"))
    #expect(result.errors.contains("recursion: descend main.c"))
    #expect(result.errors.contains("entered from overflow main.c"))
  }

  @Test func programThatHandlesItsFaultsIsNotDisturbed() throws {
    let result = try ExecTests.exec(["--", try ExecTests.foreign(), "handled"])
    #expect(result.status == 0)
    #expect(result.output == "lived on\n")
    #expect(result.errors.contains("12 faults handled by the program"))
  }

  @Test func programThatDoesNotCrashIsAsIfAlone() throws {
    let result = try ExecTests.exec(["--", try ExecTests.foreign(), "status"])
    #expect(result.status == 7)
    #expect(result.output.isEmpty && result.errors.isEmpty)
  }

  @Test func whatCannotRunIsSaid() throws {
    let missing = try ExecTests.exec(["--", "/no/such/program"])
    #expect(missing.status == 127)
    #expect(missing.errors.contains("PATH"))
    let text = try ExecTests.exec(["--", "/etc/passwd"])
    #expect(text.status == 126)
    #expect(try ExecTests.exec([]).status == 64)
  }
}
