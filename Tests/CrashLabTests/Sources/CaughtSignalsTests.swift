import CHarness
import Testing

@testable import CrashLab

/// What is remembered of a thread's signals that handlers were to deal with. Pure.
@Suite struct CaughtSignalsTests {
  private func witness(at pc: UInt64, sp: UInt64 = 0x1000, signal: Signal = .segv) -> PendingSignal
  {
    PendingSignal(
      FaultJournalTests.evidence(at: pc, sp: sp, signal: signal), registers: clab_registers())
  }

  private func places(_ witnesses: [PendingSignal]) -> [UInt64] {
    witnesses.map(\.evidence.programCounter.value)
  }

  @Test func theSamePlaceAgainEndsWhatCameInBetween() {
    var past = CaughtSignals()
    for pc: UInt64 in [1, 2, 3, 2] { past.append(witness(at: pc)) }
    #expect(places(past.signals) == [1, 2])
    past.append(witness(at: 2, sp: 0x900))
    #expect(places(past.signals) == [1, 2, 2])
  }

  @Test func theFirstAndTheLatestAreKept() {
    var past = CaughtSignals()
    for pc in 1...UInt64(CaughtSignals.most + 3) { past.append(witness(at: pc)) }
    #expect(past.signals.count == CaughtSignals.most)
    #expect(places(past.signals).first == 1)
    #expect(past.last?.evidence.programCounter.value == UInt64(CaughtSignals.most + 3))
  }

  /// The same signal at the same place, for the same address and from the same kind of source.
  @Test func aRepetitionIsTheSameInEverything() {
    let first = PendingSignal(FaultJournalTests.evidence(), registers: clab_registers())
    #expect(first.isRepeated(by: FaultJournalTests.evidence()))
    #expect(first.isRepeated(by: FaultJournalTests.evidence(1)))
    #expect(!first.isRepeated(by: FaultJournalTests.evidence(address: 0xff0)))
    #expect(!first.isRepeated(by: FaultJournalTests.evidence(at: 0x404)))
    #expect(!first.isRepeated(by: FaultJournalTests.evidence(sp: 0x2000)))
    #expect(!first.isRepeated(by: FaultJournalTests.evidence(signal: .bus)))
    #expect(!first.isRepeated(by: FaultJournalTests.evidence(0)))
  }

  @Test func whatCameAtThePlaceOfAnotherSignal() {
    var past = CaughtSignals()
    for pc: UInt64 in [5, 6] { past.append(witness(at: pc)) }
    past.append(witness(at: 6, signal: .bus))
    let forced = FaultJournalTests.evidence(128, at: 6, address: 0)
    #expect(past.atPlace(of: forced).map(\.evidence.signal) == [.segv, .bus])
    #expect(past.atPlace(of: FaultJournalTests.evidence(128, at: 7)).isEmpty)
  }
}

@Suite struct HandlerOutcomeTests {
  /// A handler that was seen before is not denied, whoever has taken it away.
  @Test(
    arguments: [
      (HandlerFacts(isCaught: false), Fault.HandlerOutcome.notInstalled),
      (HandlerFacts(isCaught: false, wasCaught: true), .gone),
      (HandlerFacts(isCaught: false, wasCaught: true, isInHandler: true), .insideHandler),
      (HandlerFacts(isCaught: true, forcedKill: true), .noRoom),
    ])
  func ofAForeignProgram(facts: HandlerFacts, outcome: Fault.HandlerOutcome) {
    #expect(facts.outcome == outcome)
  }

  private static let stack = StackRegion.Claim(
    kind: .alternateStack, name: "", low: Address(0x10000), high: Address(0x10800))

  /// What the thread was told of its action and its alternate stack.
  @Test(
    arguments: [
      (
        SignalSetup(alternateStack: nil, flags: SignalSetup.restorer, actionWasSet: true),
        Fault.HandlerOutcome.notOnAlternateStack
      ),
      (
        SignalSetup(
          alternateStack: nil, flags: SignalSetup.onStack | SignalSetup.restorer,
          actionWasSet: true),
        .noAlternateStack
      ),
      (
        SignalSetup(
          alternateStack: stack, flags: SignalSetup.onStack | SignalSetup.restorer,
          actionWasSet: true),
        .alternateStackTooSmall
      ),
    ])
  func ofAFrameWithoutRoom(setup: SignalSetup, outcome: Fault.HandlerOutcome) {
    let memory = Mapping(
      low: Address(0x10000), high: Address(0x20000), permissions: [.read, .write])
    var facts = HandlerFacts(isCaught: true, forcedKill: true)
    facts.add(setup, mappings: [memory], frameNeeds: 3376)
    #expect(facts.outcome == outcome)
  }

  /// The mask of a handler that the thread is in says that a signal was blocked, if the rest of it is
  /// still in force. The thread's own mask lacks the signal: the kernel has forced it.
  @Test(
    arguments: [
      (0x400, 0, true), (0x400, 0x200, true), (0x600, 0x200, true), (0x600, 0, false),
      (0, 0, false),
      (0x200, 0x200, false), (0xffff_ffff_ffff_ffff, 0xffff_ffff_fffb_faff, true),
    ] as [(UInt64, UInt64, Bool)])
  func aHandlersMaskBlocks(mask: UInt64, blocked: UInt64, isBlocked: Bool) {
    let setup = SignalSetup(alternateStack: nil, flags: 0, mask: mask, actionWasSet: true)
    #expect(setup.blocks(.segv, blocked: blocked) == isBlocked)
  }

  @Test func anActionThatWasNeverSetIsNoHandler() {
    var facts = HandlerFacts(isCaught: false)
    facts.add(
      SignalSetup(alternateStack: nil, flags: 0, actionWasSet: false), mappings: [], frameNeeds: 0)
    #expect(facts.outcome == .notInstalled)
    facts.add(
      SignalSetup(alternateStack: nil, flags: 0, actionWasSet: true), mappings: [], frameNeeds: 0)
    #expect(facts.outcome == .gone)
  }
}
