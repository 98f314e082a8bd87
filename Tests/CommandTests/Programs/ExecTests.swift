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
    var handled = false
    /// Where the fault fell that a handler was dealing with when this one came.
    var cause: FaultSite.Kind?
    var sender: Fault.Sender.Relation?

    var isKilled: Bool { status > 128 }
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
    Row(testDescription: "sent", site: .notAFault, thread: "foreign", sender: .itself),
    Row(
      testDescription: "abort", site: .notAFault, thread: "foreign", signal: .abrt, status: 134,
      sender: .itself),
    Row(
      testDescription: "no-alternate-stack", site: .guard, owner: "overflower",
      thread: "overflower", reason: "it never ran"),
    Row(
      testDescription: "main-has-ended", site: .guard, owner: "overflower", thread: "overflower"),
    // What it had dealt with before has nothing to do with its end.
    Row(
      testDescription: "handled-then-terminated", site: .notAFault, thread: "foreign",
      signal: .term, status: 143, sender: .itself),
    Row(
      testDescription: "handled-then-aborts", site: .notAFault, thread: "foreign", signal: .abrt,
      status: 134, sender: .itself),
    Row(
      testDescription: "handled-then-overflow", site: .guard, owner: "overflower",
      thread: "overflower", reason: "it never ran"),
    // What its handler was dealing with has.
    Row(
      testDescription: "handler-aborts", site: .notAFault, thread: "overflower", signal: .abrt,
      status: 134, cause: .guard, sender: .itself),
    Row(
      testDescription: "handler-exits", site: .guard, owner: "overflower", thread: "overflower",
      status: 3, reason: "ended the process", handled: true),
    Row(
      testDescription: "handler-gives-up", site: .guard, owner: "overflower",
      thread: "overflower", reason: "let the signal come once more", handled: true),
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
      #expect(trial.death?.processDied == row.isKilled)
      #expect(trial.death?.threadsAfter == 0 && trial.death?.controlProcessAlive == nil)
      #expect(trial.faults.count == (row.cause == nil ? 1 : 2))
      if let cause = row.cause {
        #expect(trial.faults[0].site.kind == cause && trial.faults[0].handled)
      }
      let fault = try #require(trial.faults.last)
      #expect(fault.signal == row.signal)
      #expect(fault.site.kind == row.site)
      #expect(fault.handled == row.handled && fault.sender?.relation == row.sender)
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

  @Test(arguments: ["child-overflows", "child-executes"])
  func childIsFollowedOnRequest(way: String) throws {
    let alone = try ExecTests.exec(["--", try ExecTests.foreign(), way])
    #expect(alone.status == 0 && alone.errors.isEmpty)
    try withTemporaryFolder { folder in
      let file = "\(folder)/report.json"
      let result = try ExecTests.exec([
        "-f", "--format", "json", "--report", file, "--", try ExecTests.foreign(), way,
      ])
      #expect(result.status == 0)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
      let trials = try JSONDecoder().decode(RunReport.self, from: bytes).trials
      try #require(trials.count == 2)
      #expect(trials[0].faults.isEmpty && trials[0].termination == .exited(0))
      let isOther = way == "child-executes"
      #expect(trials[1].command?.last == (isOther ? "null" : way))
      #expect(trials[1].faults.map(\.site.kind) == [isOther ? .nullPage : .guard])
      #expect(trials[1].death?.processDied == true)
    }
  }

  /// Job control stops and continues both, and Ctrl-C reaches the program.
  @Test func terminalSignalsReachTheProgram() throws {
    let running = try Command().start(["exec", "--", try ExecTests.foreign(), "waits"])
    func state(of process: Int32) -> Substring? {
      (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8))?
        .split(separator: ")").last?.split(separator: " ").first
    }
    var program: Int32 = 0
    #expect(
      eventually {
        // The other one is the observer.
        program =
          children(of: running.identifier).first {
            (try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8)) == "foreign\n"
          } ?? 0
        return state(of: program) == "S"
      })
    kill(-running.identifier, SIGTSTP)
    #expect(
      eventually { state(of: running.identifier) == "T" && state(of: program)?.lowercased() == "t" }
    )
    kill(-running.identifier, SIGCONT)
    #expect(eventually { state(of: running.identifier) == "S" && state(of: program) == "S" })
    kill(-running.identifier, SIGINT)
    let result = try running.wait()
    #expect(result.status == 130)
    #expect(result.errors.hasPrefix("crashlab: SIGINT (SI_USER), sent by"))
  }

  @Test func terminationIsPassedOn() throws {
    let running = try Command().start(["exec", "--", try ExecTests.foreign(), "waits"])
    #expect(eventually { !children(of: running.identifier).isEmpty })
    #expect(
      eventually {
        children(of: running.identifier).contains {
          (try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8)) == "foreign\n"
        }
      })
    kill(running.identifier, SIGTERM)
    let result = try running.wait()
    #expect(result.status == 143)
    #expect(result.errors.contains("SIGTERM (SI_USER), sent by laboratory"))
  }

  @Test(arguments: ["status", "ignores-what-is-sent"])
  func programThatDoesNotCrashIsAsIfAlone(way: String) throws {
    let result = try ExecTests.exec(["--", try ExecTests.foreign(), way])
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

  /// Whatever execve(2) refuses ends as a shell ends, and says why.
  @Test(arguments: [
    ("cp /bin/true program; chmod +x program; exec 9>>program; LAB exec -- ./program", "writing"),
    ("ln -s program program; LAB exec -- ./program", "symbolic links"),
    ("LAB exec -- /etc/passwd/program", "Not a directory"),
    ("LAB exec -- ./$(printf '%01000d' 1)", "File name too long"),
  ])
  func whatExecveRefusesEndsAsInAShell(script: String, words: String) throws {
    let lab = try Command().executable.path
    try withTemporaryFolder { folder in
      let result = try Command(path: "/bin/sh").run([
        "-c", "cd \(folder) && \(script.replacingOccurrences(of: "LAB", with: lab))",
      ])
      #expect(result.status == 126, "\(result.errors)")
      #expect(result.errors.contains(words), "\(result.errors)")
    }
  }
}
