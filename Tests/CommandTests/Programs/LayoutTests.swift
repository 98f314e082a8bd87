import Foundation
import Testing

@testable import CrashLab

/// `crashlab layout` of its own child, of a command and of running processes.
@Suite struct LayoutTests {
  /// Looks at a many-threads of this kind.
  private func look(
    threads: Int, stackSize: Int = 256 << 10, _ kind: String, build: Build = .debug
  ) throws -> (report: LayoutReport, seconds: Double) {
    let target = try Command("many-threads").start(["\(threads)", "\(stackSize)", kind])
    defer {
      kill(target.identifier, SIGKILL)
      _ = try? target.wait()
    }
    let isReady = eventually(within: 60) {
      (try? String(contentsOfFile: "/proc/\(target.identifier)/comm", encoding: .utf8))
        == "ready\n"
    }
    try #require(isReady, "many-threads does not come up")
    let started = Date()
    let result = try Command("crashlab", build).run([
      "layout", "--pid", "\(target.identifier)", "--format", "json",
    ])
    let seconds = Date().timeIntervalSince(started)
    try #require(result.status == 0, "\(result.errors)")
    return (
      try JSONDecoder().decode(LayoutReport.self, from: Data(result.output.utf8)), seconds
    )
  }

  private func workers(_ report: LayoutReport) -> [LayoutReport.Stack] {
    report.stacks.filter { $0.name.hasPrefix("worker-") }
  }

  @Test func everyThreadHasItsStack() throws {
    let report = try look(threads: 20, "plain").report
    #expect(report.process.threads == 21)
    #expect(report.unseen.isEmpty)
    let stacks = workers(report)
    #expect(Set(stacks.map(\.name)).count == 20)
    for stack in stacks {
      #expect(stack.size == 256 << 10)
      #expect(stack.guardSize == 4096)
      #expect(stack.guard.kind == .mapping)
      #expect(stack.evidence == .controlBlock)
      #expect((1...32 << 10).contains(stack.inUse ?? 0))
      #expect((stack.inUse ?? 0) <= stack.touched)
    }
    #expect(stacks.count { $0.below?.kind == .stack && $0.below?.distance == 4096 } >= 15)
    let main = report.stacks.first { $0.kind == .main }
    #expect(main?.name == "ready")
    #expect(main?.guard.kind == .kernelGap)
  }

  /// /proc tells nothing of memory under the number of a thread that has ended.
  @Test(.enabled(if: Toolbox.has("gcc"), "no gcc here")) func theFirstThreadHasEnded() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "first-thread-ends.c", with: "gcc", ["-O1", "-pthread"], into: folder)
      let target = try Command(path: program).start([])
      defer { kill(target.identifier, SIGKILL) }
      let isReady = eventually(within: 60) {
        (try? String(contentsOfFile: "/proc/\(target.identifier)/stat", encoding: .utf8))?
          .contains(") Z ") == true
      }
      try #require(isReady, "the first thread does not end")
      let result = try Command().run([
        "layout", "--pid", "\(target.identifier)", "--format", "json",
      ])
      try #require(result.status == 0, "\(result.errors)")
      let report = try JSONDecoder().decode(LayoutReport.self, from: Data(result.output.utf8))
      #expect(report.process.id == target.identifier && report.process.threads == 2)
      #expect(report.stacks.contains { $0.kind == .thread })
    }
  }

  @Test func unguardedStacksAreToldApart() throws {
    let stacks = workers(try look(threads: 20, "unguarded").report)
    #expect(stacks.count == 20)
    for stack in stacks {
      #expect(stack.size == 256 << 10)
      #expect(stack.guard.kind == .none)
      #expect(stack.warnings.contains(.noGuard))
    }
  }

  @Test(
    .enabled(if: Machine.current().kernelVersion >= (6, 15), "no hidden guards in pagemap here"))
  func hiddenGuardsAreSeen() throws {
    let stacks = workers(try look(threads: 20, "hidden").report)
    #expect(stacks.count == 20)
    for stack in stacks {
      #expect(stack.guard.kind == .madvise)
      #expect(stack.guardSize == 8192)
      #expect(stack.size == 256 << 10)
    }
  }

  @Test func aFullStackIsAWarning() throws {
    let stacks = workers(try look(threads: 3, "full").report)
    #expect(stacks.count == 3)
    for stack in stacks {
      #expect(stack.touched * 10 > stack.size * 8)
      #expect((stack.inUse ?? 0) * 10 > stack.size * 8)
      #expect(stack.warnings.contains(.nearlyFull))
    }
  }

  @Test func aStepLargerThanTheGuardIsAWarning() throws {
    let stacks = workers(try look(threads: 3, "step").report)
    #expect(stacks.count == 3)
    for stack in stacks {
      #expect((60 << 10...68 << 10).contains(stack.largestStep))
      #expect(stack.warnings.contains(.guardSmallerThanFrame))
    }
  }

  @Test func aRunningThreadIsSeenToo() throws {
    let report = try look(threads: 3, "spin").report
    #expect(report.unseen.isEmpty)
    #expect(workers(report).count == 3)
    #expect(workers(report).allSatisfy { $0.inUse != nil })
  }

  @Test func tenThousandThreadsAreANormalCase() throws {
    let (report, seconds) = try look(
      threads: 10_000, stackSize: 64 << 10, "plain", build: .release)
    #expect(report.process.threads == 10_001)
    #expect(workers(report).count == 10_000)
    #expect(workers(report).allSatisfy { $0.guardSize == 4096 && $0.size == 64 << 10 })
    // A bound and no measurement, since tests share their machine: `crashlab bench layout` measures.
    #expect(report.duration < 15_000_000, "microseconds")
    #expect(seconds < 30)
  }

  @Test func itsOwnChildHasWhatWasAskedFor() throws {
    let result = try Command().run([
      "layout", "--threads", "3", "--coroutines", "2", "--stack-size", "1048576", "--guard-size",
      "65536", "--format", "json",
    ])
    let report = try JSONDecoder().decode(LayoutReport.self, from: Data(result.output.utf8))
    #expect(report.stacks.count { $0.kind == .coroutine } == 2)
    let threads = workers(report)
    #expect(threads.count == 3)
    #expect(threads.allSatisfy { $0.guardSize == 65536 })
  }

  @Test func textDrawsAndWarns() throws {
    let few = try Command().run(["layout"])
    #expect(few.status == 0)
    for expected in ["worker-4", "coroutine-4", "guard 4 KiB", "█", "main stack", "warning: "] {
      #expect(few.output.contains(expected), "\(expected)")
    }
    let many = try Command().run([
      "layout", "--threads", "200", "--coroutines", "0", "--stack-size", "65536",
    ])
    #expect(many.output.contains("200 worker-*: 64 KiB each"))
    #expect(many.output.contains("to scale"))
    #expect(many.output.split(separator: "\n").count < 120)
  }

  @Test func everyKeyOfAStackIsThere() throws {
    let result = try Command().run(["layout", "--threads", "1", "--format", "json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    for key in ["schemaVersion", "machine", "process", "largestFrame", "areas", "unseen"] {
      #expect(object[key] != nil, "\(key)")
    }
    let stacks = try #require(object["stacks"] as? [[String: Any]])
    #expect(stacks.count >= 2)
    for stack in stacks {
      for key in [
        "kind", "name", "number", "thread", "evidence", "limit", "top", "size", "stackPointer",
        "inUse", "touched", "resident", "largestStep", "guard", "guardSize", "below", "warnings",
      ] {
        #expect(stack[key] != nil, "\(key): null where unknown, but never absent")
      }
    }
  }

  @Test func aCommandIsLookedAtAndEnded() throws {
    let program = try Command("many-threads").executable.path
    let running = try Command().start([
      "layout", "--after", "0.5", "--format", "json", "--", program, "5", "65536", "plain",
    ])
    let result = try running.wait()
    let report = try JSONDecoder().decode(LayoutReport.self, from: Data(result.output.utf8))
    #expect(workers(report).count == 5)
    #expect(report.process.command == [program, "5", "65536", "plain"])
    #expect(!isAlive(report.process.id))
  }

  @Test(arguments: [
    (["--pid", "2147483647"], 70, "no such process"),
    (["--", "/nonexistent/program"], 70, "name a program in PATH"),
    (["--after", "0.3", "--", "true"], 70, "--after"),
    (["--pid", "0"], 64, "--pid"),
    (["--pid", "1", "--", "true"], 64, "not at both"),
    (["--threads", "100000"], 64, "--threads"),
    (["--stack-size", "68719476736000"], 64, "--stack-size"),
    (["--after", "-1"], 64, "after"),
  ])
  func errorsSayWhatToDo(arguments: [String], status: Int32, words: String) throws {
    let result = try Command().run(["layout"] + arguments)
    #expect(result.status == status)
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(result.output.isEmpty)
  }
}
