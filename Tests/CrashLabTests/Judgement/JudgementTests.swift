import Testing

@testable import CrashLab
@testable import CrashLabText

/// What the instruments saw of a thread that hit its guard, and the expectation that fits it.
private enum Sample {
  static let expectation = CrashLab.Expectation.dies(
    .init(
      .segv, code: .segvAccErr, access: .write,
      site: .inGuard(
        of: .thread, "t", overshoot: 8...8, guardSize: 4096, stackSize: 4096...4096),
      frames: ["inner", "outer"], period: 2))

  /// A round of these functions.
  static func unwind(
    _ symbols: [String], period: Int = 2, count: Int = 9, missing: MissingNames.Reason? = nil
  ) -> UnwindReport {
    UnwindReport(
      by: .handler, frameCount: symbols.count * count, complete: true, steps: 0, duration: 1,
      handlerStackUsed: nil,
      frames: symbols.enumerated().map { index, symbol in
        UnwindReport.Frame(
          index: index, count: count, period: period, programCounter: Address(1), symbol: symbol,
          file: nil, line: nil, column: nil, image: nil, offset: nil, frameSize: nil, inlined: nil)
      }, recursion: nil, stackUse: nil,
      missingNames: missing.map {
        [MissingNames(image: "/lib/a", reason: $0, signal: nil, hasSymbols: false)]
      })
  }

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
    seen.faults[0].unwind = unwind(["inner", "outer"])
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
  WrongRow(description: "another guard's kind") { $0.faults[0].site.guard?.kind = .madvise },
  WrongRow(description: "a smaller guard") { $0.faults[0].site.guard?.low = Address(0x800) },
  WrongRow(description: "another stack's size") { $0.faults[0].site.stackSize = 8192 },
  WrongRow(description: "an overshoot that nobody knows") { $0.faults[0].site.overshoot = nil },
  WrongRow(description: "a frame only once") {
    $0.faults[0].unwind = Sample.unwind(["inner", "middle", "other"])
  },
  WrongRow(description: "another period") {
    $0.faults[0].unwind = Sample.unwind(["inner", "outer"], period: 1)
  },
  WrongRow(description: "a round that was seen once") {
    $0.faults[0].unwind = Sample.unwind(["inner", "outer"], count: 1)
  },
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
  WrongRow(description: "names that could not be read", verdict: .laboratoryError) {
    $0.faults[0].unwind = Sample.unwind(["inner", "?"], missing: .readerTimedOut)
  },
  WrongRow(description: "names that a file no longer has") {
    $0.faults[0].unwind = Sample.unwind(["inner", "?"], missing: .fileDiffers)
  },
  WrongRow(description: "names that could not be read, and another code") {
    $0.faults[0].unwind = Sample.unwind(["inner", "?"], missing: .readerTimedOut)
    $0.faults[0].code = SignalCode(1, of: .segv)
  },
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

/// Each must come after the one before; others may lie between.
@Test(
  arguments: [
    (["a", "b"], true), (["a", "x", "b", "y"], true), (["b", "a"], false), (["a"], false),
    (["x", "a", "b"], true), (["ab"], false), ([], false),
  ] as [([String], Bool)])
func framesAreInOrder(seen: [String], fits: Bool) {
  var fault = Sample.fault
  fault.unwind = Sample.unwind(seen, period: 1, count: 1)
  let expectation = FaultExpectation(.segv, site: .init(.guard), frames: ["a", "b"])
  #expect(expectation.mismatches(with: fault, fault: nil).isEmpty == fits)
}

// MARK: - What a machine decides

private func machine(_ change: (inout Machine) -> Void) -> Machine {
  var machine = Machine.this
  change(&machine)
  return machine
}

/// In the guard that the C library made: of which kind that is, and what the kernel answers, is the
/// machine's own, and exactly that must be seen.
@Test(
  arguments: [
    (.mapping, .mapping, "SEGV_ACCERR", true), (.madvise, .madvise, "SEGV_MAPERR", true),
    (.mapping, .madvise, "SEGV_MAPERR", false), (.madvise, .mapping, "SEGV_ACCERR", false),
    (.madvise, .madvise, "SEGV_ACCERR", false), (nil, .mapping, "SEGV_ACCERR", true),
  ] as [(Guard.Kind?, Guard.Kind, String, Bool)])
func guardOfThreadsIsTheMachines(made: Guard.Kind?, seen: Guard.Kind, code: String, fits: Bool) {
  var fault = Sample.fault
  fault.site.guard?.kind = seen
  fault.code = SignalCode(named: code, of: .segv) ?? fault.code
  let expectation = CrashLab.Expectation.dies(
    .init(.segv, access: .write, site: .inGuard(ofThread: "t", overshoot: 8...8))
  ).resolved(on: machine { $0.threadGuard = made })
  #expect(expectation.faults[0].mismatches(with: fault, fault: nil).isEmpty == fits)
}

/// A function that the C library does not export has its name from debug symbols, or none.
@Test(
  arguments: [
    (true, "start_thread", nil, true), (true, nil, "/lib/libc.so.6", false),
    (false, nil, "/lib/libc.so.6", true), (false, "start_thread", nil, false),
    (false, nil, "/lib/libm.so.6", false), (nil, "start_thread", nil, true),
    (nil, nil, "/lib/libc.so.6", true), (nil, nil, nil, false),
  ] as [(Bool?, String?, String?, Bool)])
func nameOfTheLibraryIsTheMachines(symbols: Bool?, symbol: String?, image: String?, fits: Bool) {
  var fault = Sample.fault
  fault.unwind = Sample.unwind(["a", "b"], period: 1, count: 1)
  fault.unwind?.frames[1].symbol = symbol
  fault.unwind?.frames[1].image = image
  let expectation = CrashLab.Expectation.dies(
    .init(.segv, site: .init(.guard), frames: ["a", .library("start_thread")])
  ).resolved(on: machine { $0.librarySymbols = symbols })
  #expect(expectation.faults[0].mismatches(with: fault, fault: nil).isEmpty == fits)
}

/// A core dump ended every process that shared the memory, until Linux 5.16.
@Test(arguments: [("Linux 5.10.0", true), ("Linux 5.15.9", true), ("Linux 5.16.0", false)])
func endOfSharersIsTheMachines(kernel: String, dies: Bool) {
  let expectation = CrashLab.Expectation.survives(counters: ["left": 1...1])
    .diesWithSharer(of: .segv).resolved(on: machine { $0.kernel = kernel })
  #expect(expectation.ending == (dies ? .killed(.segv) : .survives))
  #expect(expectation.counters.isEmpty == dies)
}

// MARK: - What survives, leaves, or writes over others' memory

private func judge(
  _ expectation: CrashLab.Expectation, _ change: (inout TrialResult) -> Void = { _ in }
) -> TrialReport.Verdict {
  var seen = TrialResult()
  seen.finished = expectation.ending == .survives
  seen.termination = .exited(expectation.ending == .exits(3) ? 3 : 0)
  seen.counters = ["rounds": 5]
  seen.corruption =
    expectation.corruption.isEmpty
    ? []
    : [
      Corruption(
        what: "stack", owner: "neighbour", firstAddress: Address(1), bytesChanged: 8,
        belowStackLimit: 4096)
    ]
  seen.death = survivors()
  change(&seen)
  return Judgement.judge(expectation, seen: seen).verdict
}

/// Two bystanders of a child that comes to its end by itself.
private func survivors(
  before: [UInt64] = [5, 5], parked: [UInt64] = [6, 6]
) -> DeathEvidence {
  DeathEvidence(
    termination: .exited(0), threadsAtFault: nil, threadsAfter: 0,
    beats: .init(before: before, parked: parked, after: [9, 9], afterAgain: [9, 9]),
    waitersAfter: 0, controlProcessAlive: true)
}

@Test func survivorsMustHaveBystandersThatBeat() {
  let survives = CrashLab.Expectation.survives()
  #expect(judge(survives) == .asExpected)
  for (before, parked) in [
    ([5, 5], [5, 5]), ([5, 5], [6, 5]), ([5, 5], [5, 6]), ([5, 5], []), ([5, 5], [6]),
    ([0, 0], [0, 0]),
  ] as [([UInt64], [UInt64])] {
    #expect(
      judge(survives) { $0.death = survivors(before: before, parked: parked) } == .notAsExpected,
      "\(before) \(parked)")
  }
}

@Test func beatsAreJudgedOneByOne() {
  func beats(_ before: [UInt64], _ parked: [UInt64]) -> DeathEvidence.Beats {
    .init(before: before, parked: parked)
  }
  #expect(beats([1, 2], [2, 3]).wereBeating)
  #expect(!beats([1, 2], [2, 2]).wereBeating)
  #expect(!beats([1, 2], [1, 3]).wereBeating)
  #expect(!beats([1, 2], [2]).wereBeating)
  #expect(!beats([], []).wereBeating)
  #expect(DeathEvidence.Beats(after: [3, 4], afterAgain: [3, 4]).areFrozen)
  #expect(!DeathEvidence.Beats(after: [3, 4], afterAgain: [3, 5]).areFrozen)
}

@Test func survivalIsAnEndOfTheBodyWithStatusZero() {
  let survives = CrashLab.Expectation.survives()
  #expect(judge(survives) { $0.termination = .exited(1) } == .notAsExpected)
  #expect(judge(survives) { $0.finished = false } == .notAsExpected)
  #expect(judge(survives) { $0.termination = .deadline } == .notAsExpected)
}

@Test func exitIsOfThatStatusAndBeforeTheEnd() {
  let exits = CrashLab.Expectation(ending: .exits(3))
  #expect(judge(exits) == .asExpected)
  #expect(judge(exits) { $0.termination = .exited(4) } == .notAsExpected)
  #expect(judge(exits) { $0.finished = true } == .notAsExpected)
}

@Test func corruptionIsComparedInEveryPart() {
  let corrupts = CrashLab.Expectation.corrupts(
    .init("stack", of: "neighbour", bytesChanged: 8...8, belowStackLimit: 4096...4096))
  #expect(judge(corrupts) == .asExpected)
  #expect(judge(corrupts) { $0.corruption = [] } == .notAsExpected)
  #expect(judge(corrupts) { $0.corruption[0].what = "mapping" } == .notAsExpected)
  #expect(judge(corrupts) { $0.corruption[0].owner = "another" } == .notAsExpected)
  #expect(judge(corrupts) { $0.corruption[0].bytesChanged = 9 } == .notAsExpected)
  #expect(judge(corrupts) { $0.corruption[0].belowStackLimit = 4097 } == .notAsExpected)
  #expect(judge(corrupts) { $0.corruption[0].belowStackLimit = nil } == .notAsExpected)
}

@Test func countersAreInTheirRanges() {
  func counts(_ range: ClosedRange<Int>) -> TrialReport.Verdict {
    judge(.survives(counters: ["rounds": range]))
  }
  #expect(counts(5...5) == .asExpected)
  #expect(counts(6...9) == .notAsExpected)
  #expect(counts(0...4) == .notAsExpected)
}
