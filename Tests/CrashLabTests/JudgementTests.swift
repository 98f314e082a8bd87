import Testing

@testable import CrashLab
@testable import CrashLabText

/// What the instruments saw of a thread that hit its guard, and the expectation that fits it.
private enum Sample {
  static let expectation = CrashLab.Expectation.dies(
    .init(
      .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "t", overshoot: 8...8)))

  static let death = DeathEvidence(
    termination: .killed(by: .segv), threadsAtFault: 4, threadsAfter: 0,
    beats: .init(before: [5, 5], parked: [6, 6], after: [9, 9], afterAgain: [9, 9]),
    waitersAfter: 0, controlProcessAlive: true)

  static let fault = Fault(
    code: SignalCode(2, of: .segv), address: Address(0xff8), access: .write,
    programCounter: Address(1), stackPointer: Address(0x1000),
    process: .init(id: 1, relation: .trial), thread: .init(id: 1, name: "t"),
    handled: true,
    site: FaultSite(
      .guard, owner: .init(kind: .thread, name: "t"), stackLimit: Address(0x1000),
      stackSize: 4096, guard: Guard(low: Address(0), high: Address(0x1000), kind: .mapping),
      overshoot: 8, skipped: 0))

  static var seen: TrialResult {
    var seen = TrialResult()
    seen.faults = [fault]
    seen.termination = .killed(by: .segv)
    seen.death = death
    return seen
  }
}

@Test func whatFitsIsAsExpected() {
  #expect(Judgement.judge(Sample.expectation, seen: Sample.seen).verdict == .asExpected)
}

struct WrongRow: Sendable, CustomStringConvertible {
  var description: String
  var verdict = TrialReport.Verdict.notAsExpected
  var change: @Sendable (inout TrialResult) -> Void
}

@Test(arguments: [
  WrongRow(description: "another signal") { $0.termination = .killed(by: .bus) },
  WrongRow(description: "an exit") { $0.termination = .exited(0) },
  WrongRow(description: "the deadline") { $0.termination = .deadline },
  WrongRow(description: "no fault") { $0.faults = [] },
  WrongRow(description: "a second fault") { $0.faults.append($0.faults[0]) },
  WrongRow(description: "another si_code") { $0.faults[0].code = SignalCode(1, of: .segv) },
  WrongRow(description: "another access") { $0.faults[0].access = .read },
  WrongRow(description: "another thread's guard") { $0.faults[0].site.owner?.name = "u" },
  WrongRow(description: "another overshoot") { $0.faults[0].site.overshoot = 9 },
  WrongRow(description: "past the guard") { $0.faults[0].site.kind = .pastGuard },
  WrongRow(description: "a handler that never ran") { $0.faults[0].handled = false },
  WrongRow(description: "a trace that was cut off") {
    $0.faults[0].unwind = UnwindReport(
      by: .handler, frameCount: 1, complete: false, steps: 0, duration: 1, handlerStackUsed: nil,
      frames: [], recursion: nil, stackUse: nil)
  },
  WrongRow(description: "a canary changed") {
    $0.corruption = [
      Corruption(
        what: "x", owner: "y", firstAddress: Address(1), bytesChanged: 1, belowStackLimit: nil)
    ]
  },
  WrongRow(description: "a process that did not die") { $0.death?.processDied = false },
  WrongRow(description: "no end", verdict: .laboratoryError) { $0.termination = nil },
  WrongRow(description: "no evidence of death", verdict: .laboratoryError) { $0.death = nil },
  WrongRow(description: "trouble", verdict: .laboratoryError) { $0.instrumentErrors = [.noEnd] },
  WrongRow(description: "a dead control process", verdict: .laboratoryError) {
    $0.death?.controlProcessAlive = false
  },
  WrongRow(description: "a thread that lives on", verdict: .laboratoryError) {
    $0.death?.threadsAfter = 1
  },
  WrongRow(description: "a bystander that beats on", verdict: .laboratoryError) {
    $0.death?.bystandersStopped = false
  },
])
func whatIsWrongIsSeen(_ row: WrongRow) {
  var seen = Sample.seen
  row.change(&seen)
  let judgement = Judgement.judge(Sample.expectation, seen: seen)
  #expect(judgement.verdict == row.verdict)
  #expect(judgement.reason?.isEmpty == false)
}

@Test func wholeProcessDiesOnlyIfEverythingSaysSo() {
  func died(
    _ termination: Termination = .killed(by: .segv), after: Int = 0, again: [UInt64] = [9, 9],
    waiters: Int = 0
  ) -> Bool {
    DeathEvidence(
      termination: termination, threadsAtFault: 4, threadsAfter: after,
      beats: .init(before: [5, 5], parked: [6, 6], after: [9, 9], afterAgain: again),
      waitersAfter: waiters, controlProcessAlive: true
    ).processDied
  }
  #expect(died())
  #expect(!died(.exited(0)))
  #expect(!died(.deadline))
  #expect(!died(after: 1))
  #expect(!died(again: [9, 10]))
  #expect(!died(waiters: 1))
}
