import CHarness
import CrashLabText
import Glibc
import Testing

@testable import CrashLab
@testable import CrashLabTesting

@inline(never) private func descend(_ level: Int) -> Int {
  if level == 0 { return 0 }
  return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { frame in
    frame.storeBytes(of: level, as: Int.self)
    return descend(level - 1) &+ frame.load(as: Int.self)
  }
}

private func writeToNull() {
  UnsafeMutablePointer<UInt8>(bitPattern: Child.opaque(8))?.pointee = 1
}

/// Closures of a test, tried while the runner's other threads go on.
@Suite struct ClosureTrialTests {
  @Test func endlessRecursionDiesInTheGuard() throws {
    let report = try expectOverflow(in: .thread(size: 512 << 10)) { _ = descend(.max) }
    let fault = try #require(report.overflow)
    #expect(fault.site.kind == .guard)
    #expect(fault.site.owner == .init(kind: .thread, name: TrialStack.threadName))
    #expect(fault.site.stackSize.map { $0 <= 512 << 10 } == true)
    #expect(fault.unwind?.recursion != nil)
    #expect(report.case == "endlessRecursionDiesInTheGuard()")
    #expect(report.stackTouched == nil)
    #expect(report.verdict == nil)
  }

  @Test func threadHasTheNameItWasGiven() throws {
    let report = try expectOverflow(in: .thread(size: 256 << 10, name: "parser")) {
      _ = descend(.max)
    }
    #expect(report.overflow?.site.owner == .init(kind: .thread, name: "parser"))
  }

  /// What is no overflow may end as it likes.
  @Test func otherEndsAreNoOverflow() throws {
    try expectNoOverflow { exit(3) }
    try expectNoOverflow { writeToNull() }
    try expectNoOverflow(of: ["sh", "-c", "kill -ABRT $$"])
    try expectExits(with: 3) { exit(3) }
    try expectExits(with: 0) {}
    try expectExits(with: 3, of: ["sh", "-c", "exit 3"])
  }

  @Test func widerGuardIsTheOneAskedFor() throws {
    let report = try expectOverflow(in: .thread(size: 256 << 10, guard: 1 << 20)) {
      _ = descend(.max)
    }
    #expect(report.overflow?.site.guard?.size == 1 << 20)
  }

  @Test(arguments: [nil, 256 << 10])
  func mainStackOverflows(limit: Int?) throws {
    let report = try expectOverflow(in: .main(limit: limit)) { _ = descend(.max) }
    let site = try #require(report.overflow?.site)
    #expect(site.kind == .mainStackLimit)
    if let limit { #expect(site.stackSize == limit) }
  }

  @Test(arguments: [TrialStack.thread(size: 512 << 10), .main(), .main(limit: 512 << 10)])
  func shallowRecursionFits(stack: TrialStack) throws {
    let shallow = try expectNoOverflow(in: stack) { _ = descend(10) }
    let deeper = try expectNoOverflow(in: stack) { _ = descend(300) }
    let touched = try #require(shallow.stackTouched)
    let touchedDeeper = try #require(deeper.stackTouched)
    #expect(touched > 0 && touchedDeeper < 512 << 10)
    #expect(touchedDeeper - touched > 290 * 64 - 4096)
  }

  @Test func exactExpectationIsJudged() throws {
    let report = try expect(
      .dies(.init(.segv, code: .segvMapErr, access: .write, site: .init(.nullPage)))
    ) { writeToNull() }
    #expect(report.verdict == .asExpected)
  }

  @Test func manyAtOnce() async throws {
    try await withThrowingTaskGroup(of: TrialResult.self) { group in
      for _ in 0..<8 {
        group.addTask { try Laboratory.trial { writeToNull() } }
      }
      for try await report in group { #expect(report.faults.first?.site.kind == .nullPage) }
    }
  }

  @Test func whatWasTriedHasNoRequestLeft() throws {
    let report = try Laboratory.trial { exit(getenv(CLAB_REQUEST_VARIABLE) == nil ? 7 : 8) }
    #expect(report.termination == .exited(7))
  }

  @Test func outputIsNotTheRunners() throws {
    let report = try Laboratory.trial {
      var status = stat()
      fstat(STDOUT_FILENO, &status)
      exit(status.st_mode & S_IFMT == S_IFCHR ? 0 : 1)
    }
    #expect(report.termination == .exited(0))
  }

  @Test func codeIsFoundAgain() throws {
    let body: @convention(c) () -> Void = { writeToNull() }
    let place = try #require(CodePlace(of: body))
    #expect(place.function.flatMap(CodePlace.init(of:)) == place)
    #expect(CodePlace(image: place.image, offset: 1 << 40).function == nil)
    #expect(CodePlace(image: "/no/such/image.so", offset: place.offset).function == nil)
  }
}

/// What an expectation says that is not met.
@Suite struct MissedExpectationTests {
  private func misses(_ text: String, _ body: () throws -> Void) throws {
    try withKnownIssue {
      try body()
    } matching: { issue in
      issue.comments.contains { $0.rawValue.contains(text) }
    }
  }

  @Test func overflowThatDoesNotCome() throws {
    try misses("expected an overflow, saw none: survived") { try expectOverflow {} }
    try misses("expected an overflow, saw another fault: SIGSEGV") {
      try expectOverflow { writeToNull() }
    }
  }

  @Test func endThatDoesNotCome() throws {
    try misses("guard of thread 'trial'") {
      try expectNoOverflow(in: .thread(size: 256 << 10)) { _ = descend(.max) }
    }
    try misses("recursion: descend") {
      try expectNoOverflow(in: .thread(size: 256 << 10)) { _ = descend(.max) }
    }
    try misses("at its deadline") { try expectNoOverflow(timeout: 0.2) { while true { pause() } } }
    try misses("expected it to exit with 4") { try expectExits(with: 4) { exit(3) } }
    try misses("expected it to exit: SIGSEGV") { try expectExits { writeToNull() } }
    try misses("expected it to exit") { try expectExits(timeout: 0.2) { while true { pause() } } }
  }

  /// A fault below the guard, whoever it belongs to, and an end of any kind.
  private func result(
    _ kind: FaultSite.Kind, _ termination: Termination = .killed(by: .segv), finished: Bool = false
  ) -> TrialResult {
    var result = TrialResult()
    let site = FaultSite(
      kind, owner: .init(kind: .thread, name: "trial"), stackLimit: Address(0x1_0000),
      stackSize: 0x1_0000,
      guard: Guard(low: Address(0xf000), high: Address(0x1_0000), kind: .mapping),
      overshoot: 0x2000, skipped: 0x1000)
    result.faults = [
      Fault(
        code: SignalCode(1, of: .segv), address: Address(0xe000), access: .write,
        programCounter: Address(1), stackPointer: Address(0xe000),
        process: .init(id: 1, relation: .trial), thread: .init(id: 1, name: "trial"),
        handled: true, site: site)
    ]
    result.termination = termination
    result.finished = finished
    return result
  }

  @Test func anOverflowIsADeathInTheGuard() {
    #expect(result(.guard).missedOverflow == nil)
    #expect(result(.mainStackLimit).missedOverflow == nil)
    #expect(result(.pastGuard).missedOverflow?.contains("stepped over the guard") == true)
    #expect(result(.nullPage).missedOverflow?.contains("another fault") == true)
    for survived in [Termination.exited(0), .exited(3), .deadline] {
      #expect(result(.guard, survived).missedOverflow?.contains("survived") == true)
    }
    var second = result(.nullPage)
    second.faults += result(.guard).faults
    #expect(second.missedOverflow?.contains("an overflow first") == true)
    #expect(TrialResult().missedOverflow?.contains("saw none") == true)
  }

  @Test func noOverflowIsAnyOtherEnd() {
    #expect(TrialResult().missedNoOverflow != nil)
    #expect(result(.nullPage).missedNoOverflow == nil)
    #expect(result(.nullPage, .exited(3)).missedNoOverflow == nil)
    #expect(result(.nullPage, .deadline).missedNoOverflow != nil)
    for kind in [FaultSite.Kind.guard, .pastGuard, .mainStackLimit] {
      #expect(result(kind, .exited(0)).missedNoOverflow != nil)
    }
  }

  @Test func anExitIsUndisturbed() {
    var end = TrialResult()
    #expect(end.missedExit(with: nil) != nil)
    end.termination = .exited(3)
    #expect(end.missedExit(with: nil) == nil && end.missedExit(with: 3) == nil)
    #expect(end.missedExit(with: 0) != nil)
    #expect(result(.guard, .exited(0), finished: true).missedExit(with: nil) != nil)
    end.termination = .killed(by: .abrt)
    #expect(end.missedExit(with: nil) != nil)
  }

  @Test func otherFaultThanTheOneExpected() throws {
    try misses("access: expected read, saw write") {
      try expect(.dies(.init(.segv, access: .read, site: .init(.nullPage)))) { writeToNull() }
    }
  }
}

/// Programs, run by a test.
@Suite struct CommandTrialTests {
  @Test func programThatOverflows() throws {
    let foreign = CommandLine.arguments[0].split(separator: "/").dropLast().joined(separator: "/")
    let report = try expectOverflow(of: ["/\(foreign)/foreign", "thread"])
    #expect(report.overflow?.site.owner?.name == "overflower")
    #expect(report.case == nil && report.command?.last == "thread")
  }

  @Test func programThatDoesNot() throws {
    let report = try expectNoOverflow(of: ["sh", "-c", "exit 3"])
    #expect(report.termination == .exited(3))
  }

  @Test func programThatIsNotThere() throws {
    let failure = #expect(throws: TrialFailure.self) {
      try Laboratory.trial(of: ["/no/such/program"])
    }
    #expect(failure?.description.contains("/no/such/program: No such file") == true)
    #expect(throws: TrialFailure.self) { try Laboratory.trial(of: []) }
  }

  @Test func programThatHangsIsEnded() throws {
    let failure = #expect(throws: TrialFailure.self) {
      try Laboratory.trial(of: ["sleep", "1000"], timeout: 0.2)
    }
    #expect(failure?.description.contains("did not come to an end") == true)
  }
}
