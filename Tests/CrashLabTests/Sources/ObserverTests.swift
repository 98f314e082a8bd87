import Testing

@testable import CrashLab
@testable import CrashLabBench
@testable import CrashLabText

@Suite struct FaultJournalTests {
  static func evidence(
    _ code: CInt = 2, at pc: UInt64 = 0x400, sp: UInt64 = 0x1000, address: UInt64 = 0xff8,
    thread: Int32 = 7, sender: Evidence.Sender? = nil, signal: Signal = .segv
  ) -> Evidence {
    Evidence(
      source: .observer, handled: false, process: 6, thread: thread,
      code: SignalCode(code, of: signal), address: Address(address), sender: sender, access: nil,
      programCounter: Address(pc), stackPointer: Address(sp), trace: nil, handlerStackUsed: nil,
      caughtAt: 0, sentAt: 0)
  }

  @Test func kernelsSecondSignalIsItsForcedKill() {
    var journal = FaultJournal()
    #expect(journal.meaning(of: Self.evidence(), isCaught: true) == .fault)
    journal.remember(Self.evidence(), as: 0)
    let forced = Self.evidence(128, address: 0)
    #expect(journal.meaning(of: forced, isCaught: false) == .forcedKill(of: 0))
    #expect(journal.meaning(of: Self.evidence(128, thread: 8), isCaught: false) == .fault)
    #expect(journal.meaning(of: Self.evidence(128, at: 0x500), isCaught: false) == .fault)
  }

  /// Whatever signal finds no room, the kernel kills by SIGSEGV.
  @Test func forcedKillOfAnotherSignal() {
    let forced = Self.evidence(128, address: 0)
    var journal = FaultJournal()
    journal.remember(Self.evidence(signal: .bus), as: 1)
    #expect(journal.meaning(of: forced, isCaught: false) == .forcedKill(of: 1))
    #expect(journal.meaning(of: Self.evidence(128, signal: .bus), isCaught: false) == .fault)
    // Ctrl-C interrupts any instruction: the next one's fault is its own.
    journal.remember(Self.evidence(128, signal: Signal(2)), as: 1)
    #expect(journal.meaning(of: forced, isCaught: false) == .fault)
  }

  @Test func dyingOfTheTrueSignalIsNoSecondFault() {
    var journal = FaultJournal()
    journal.remember(Self.evidence(), as: 3)
    #expect(journal.handlerRan(for: Self.evidence())?.index == 3)
    #expect(journal.handlerRan(for: Self.evidence()) == nil)
    #expect(journal.meaning(of: Self.evidence(), isCaught: false) == .repetition)
    // Still caught: the handler has mended nothing, and this is another fault.
    #expect(journal.meaning(of: Self.evidence(), isCaught: true) == .fault)
    #expect(journal.meaning(of: Self.evidence(address: 0), isCaught: false) == .fault)
    #expect(journal.meaning(of: Self.evidence(at: 0x404), isCaught: false) == .fault)
    #expect(journal.meaning(of: Self.evidence(sp: 0x2000), isCaught: false) == .fault)
    #expect(journal.meaning(of: Self.evidence(signal: .bus), isCaught: false) == .fault)
  }

  @Test func signalThatIsSentAgainComesFromTheSameSender() {
    var journal = FaultJournal()
    let sender = Evidence.Sender(process: 9, user: 0)
    journal.remember(Self.evidence(0, sender: sender), as: 0)
    _ = journal.handlerRan(for: Self.evidence(0, sender: sender))
    let again = Self.evidence(0, at: 0x900, sender: sender)
    #expect(journal.meaning(of: again, isCaught: false) == .repetition)
    let other = Self.evidence(0, at: 0x900, sender: .init(process: 10, user: 0))
    #expect(journal.meaning(of: other, isCaught: false) == .fault)
  }
}

@Suite struct HandlerFactsTests {
  static let facts = HandlerFacts(
    isInstalled: true, isCaught: true, isIgnored: false, isBlocked: false, isInHandler: false,
    usesAlternateStack: true, alternateStack: nil, alternateStackIsKnown: true, hasRun: false,
    forcedKill: true)

  static func reason(_ change: (inout HandlerFacts) -> Void) -> String? {
    var facts = facts
    change(&facts)
    return facts.outcome?.inWords(.segv, facts)
  }

  @Test func everyObstacleHasItsSentence() {
    #expect(
      Self.reason { _ in }
        == "the handler is installed but this thread has no alternate stack: it never ran")
    #expect(Self.reason { $0.hasRun = true } == nil)
    #expect(Self.reason { $0.forcedKill = false } == nil, "it may still run")
    #expect(Self.reason { $0.isInstalled = false } == "no handler is installed")
    #expect(Self.reason { $0.usesAlternateStack = false }?.contains("without SA_ONSTACK") == true)
    #expect(
      Self.reason {
        $0.isCaught = false
        $0.isBlocked = true
      } == "the handler is installed but SIGSEGV was blocked in this thread: it never ran")
    #expect(
      Self.reason {
        $0.isCaught = false
        $0.isBlocked = nil
      }?.contains("blocked or ignored") == true)
    #expect(Self.reason { $0.isIgnored = true }?.contains("ignores no fault") == true)
    #expect(
      Self.reason {
        $0.isCaught = false
        $0.isInHandler = true
      }?.contains("inside the handler") == true)
    #expect(Self.reason { $0.alternateStackIsKnown = false }?.contains("found no stack") == true)
  }

  @Test func troublesOfAnAlternateStackAreSeenInTheMappings() {
    func trouble(
      _ permissions: Mapping.Permissions?, path: String = "", isOfProgram: Bool = false
    ) -> HandlerFacts.AlternateStack.Trouble? {
      let code = Mapping(
        low: Address(0x0), high: Address(0x1000), permissions: [.read, .execute], path: path)
      let mappings = permissions.map {
        (isOfProgram ? [code] : [])
          + [Mapping(low: Address(0x1000), high: Address(0x9000), permissions: $0, path: path)]
      }
      let claim = StackRegion.Claim(
        kind: .alternateStack, name: "t", thread: 7, low: Address(0x2000), high: Address(0x3000))
      return HandlerFacts.AlternateStack(claim, mappings: mappings ?? [], frameNeeds: 3000).trouble
    }
    #expect(trouble([.read, .write]) == nil)
    #expect(trouble(nil) == .unmapped)
    #expect(trouble([.read]) == .notWritable)
    #expect(trouble([.read, .write], path: "/tmp/file") == .pastFile)
    #expect(trouble([.read, .write], path: "/bin/x", isOfProgram: true) == nil)
  }

  @Test func masksAreReadFromStatus() throws {
    let masks = try #require(
      SignalMasks(
        status: """
          Name:\tx
          SigQ:\t0/1
          SigBlk:\t0000000000000001
          SigIgn:\t0000000000001000
          SigCgt:\t0000000000000400
          Seccomp:\t2
          """))
    #expect(masks.isFiltered)
    #expect(masks.catches(.segv))
    #expect(!masks.catches(.bus))
    #expect(masks.blocked == 1 && masks.ignored == 1 << 12)
    #expect(SignalMasks(status: "Name:\tx\n") == nil)
    #expect(SignalMasks(status: "SigCgt:\nSigIgn:\tzz\nSigBlk\n") == nil)
  }
}
