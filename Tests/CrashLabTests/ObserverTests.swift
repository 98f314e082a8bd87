import CHarness
import Testing

@testable import CrashLab
@testable import CrashLabBench
@testable import CrashLabText

/// How an instruction touches memory, from its bytes: the processor would say the same.
struct AccessRow: Sendable, CustomStringConvertible {
  var description: String
  var code: [UInt8]
  var access: clab_access
  var address: UInt64 = 0x1000
}

struct AddressRow: Sendable, CustomStringConvertible {
  var description: String
  var code: [UInt8]
  var address: UInt64?
}

@Suite struct AccessDecodingTests {
  /// rsp is 0x9000, rsi 0x1000, rdi 0x2000, r12 0x5000, the program counter 0x40_0000.
  static let registers: clab_registers = {
    var registers = clab_registers()
    withUnsafeMutableBytes(of: &registers.value) { bytes in
      let values = bytes.bindMemory(to: UInt64.self)
      values[4] = 0x1000
      values[5] = 0x2000
      values[7] = 0x9000
      values[12] = 0x5000
      values[16] = 0x40_0000
    }
    return registers
  }()

  @Test(arguments: [
    AccessRow(description: "mov %eax,(%rdi)", code: [0x89, 0x07], access: CLAB_ACCESS_WRITE),
    AccessRow(description: "mov (%rdi),%eax", code: [0x8b, 0x07], access: CLAB_ACCESS_READ),
    AccessRow(
      description: "movl $1,(%rax)", code: [0xc7, 0x00, 1, 0, 0, 0], access: CLAB_ACCESS_WRITE),
    AccessRow(
      description: "lock incl (%rdi)", code: [0xf0, 0xff, 0x07], access: CLAB_ACCESS_WRITE),
    AccessRow(
      description: "cmpl $0,(%rdi)", code: [0x83, 0x3f, 0x00], access: CLAB_ACCESS_READ),
    AccessRow(
      description: "addl $1,(%rdi)", code: [0x83, 0x07, 0x01], access: CLAB_ACCESS_WRITE),
    AccessRow(
      description: "orq $0,(%rsp)", code: [0x48, 0x83, 0x0c, 0x24, 0x00],
      access: CLAB_ACCESS_WRITE),
    AccessRow(
      description: "push %rbp", code: [0x55], access: CLAB_ACCESS_WRITE, address: 0x8ff8),
    AccessRow(
      description: "call", code: [0xe8, 0, 0, 0, 0], access: CLAB_ACCESS_WRITE, address: 0x8ff8),
    AccessRow(
      description: "call *(%rax), its operand", code: [0xff, 0x10], access: CLAB_ACCESS_READ),
    AccessRow(
      description: "call *(%rax), its push", code: [0xff, 0x10], access: CLAB_ACCESS_WRITE,
      address: 0x8ff8),
    AccessRow(description: "pop %rbp", code: [0x5d], access: CLAB_ACCESS_READ, address: 0x9000),
    AccessRow(description: "ret", code: [0xc3], access: CLAB_ACCESS_READ, address: 0x9000),
    AccessRow(description: "movsb, source", code: [0xf3, 0xa4], access: CLAB_ACCESS_READ),
    AccessRow(
      description: "movsb, destination", code: [0xf3, 0xa4], access: CLAB_ACCESS_WRITE,
      address: 0x2000),
    AccessRow(
      description: "rep stosb", code: [0xf3, 0xaa], access: CLAB_ACCESS_WRITE, address: 0x2000),
    AccessRow(
      description: "movaps %xmm0,(%rdi)", code: [0x0f, 0x29, 0x07], access: CLAB_ACCESS_WRITE),
    AccessRow(
      description: "movups (%rdi),%xmm0", code: [0x0f, 0x10, 0x07], access: CLAB_ACCESS_READ),
    AccessRow(
      description: "movq (%rdi),%xmm0", code: [0xf3, 0x0f, 0x7e, 0x07], access: CLAB_ACCESS_READ),
    AccessRow(
      description: "vmovdqu %ymm0,(%rdi)", code: [0xc5, 0xfe, 0x7f, 0x07],
      access: CLAB_ACCESS_WRITE),
    AccessRow(
      description: "vmovdqu64 %zmm0,(%rdi)", code: [0x62, 0xf1, 0xfe, 0x48, 0x7f, 0x07],
      access: CLAB_ACCESS_WRITE),
    AccessRow(
      description: "vmovdqu (%rdi),%ymm0", code: [0xc5, 0xfe, 0x6f, 0x07],
      access: CLAB_ACCESS_READ),
    AccessRow(
      description: "lock cmpxchg %ecx,(%rdi)", code: [0xf0, 0x0f, 0xb1, 0x0f],
      access: CLAB_ACCESS_WRITE),
    AccessRow(
      description: "a fetch", code: [], access: CLAB_ACCESS_EXECUTE, address: 0x40_0000),
    AccessRow(description: "nothing to read", code: [], access: CLAB_ACCESS_UNKNOWN),
  ])
  func access(row: AccessRow) {
    #if arch(x86_64)
      var registers = AccessDecodingTests.registers
      let found = clab_access_of_instruction(row.code, row.code.count, &registers, row.address)
      #expect(found == row.access)
    #endif
  }

  /// Where it touches memory, as far as the registers tell.
  @Test(arguments: [
    AddressRow(description: "mov %eax,(%rdi)", code: [0x89, 0x07], address: 0x2000),
    AddressRow(description: "mov %al,0x8(%rsp)", code: [0x88, 0x44, 0x24, 0x08], address: 0x9008),
    AddressRow(
      description: "movb $1,-0x30(%rsi)", code: [0xc6, 0x46, 0xd0, 0x01], address: 0xfd0),
    AddressRow(
      description: "mov %rax,-0x1000(%rsp)",
      code: [0x48, 0x89, 0x84, 0x24, 0x00, 0xf0, 0xff, 0xff],
      address: 0x8000),
    AddressRow(
      description: "mov %rax,(%rsi,%rdi,4)", code: [0x48, 0x89, 0x04, 0xbe], address: 0x9000),
    AddressRow(
      description: "mov %rax,0x10(%r12)", code: [0x49, 0x89, 0x44, 0x24, 0x10], address: 0x5010),
    AddressRow(
      description: "vmovaps %ymm0,(%r12)", code: [0xc4, 0xc1, 0x7c, 0x29, 0x04, 0x24],
      address: 0x5000),
    AddressRow(description: "push %rbp", code: [0x55], address: 0x8ff8),
    AddressRow(description: "call", code: [0xe8, 0, 0, 0, 0], address: 0x8ff8),
    AddressRow(description: "a register", code: [0x89, 0xc7], address: nil),
    AddressRow(description: "mov %eax,%fs:(%rdi)", code: [0x64, 0x89, 0x07], address: nil),
    AddressRow(description: "mov 0x8(%rip),%eax", code: [0x8b, 0x05, 8, 0, 0, 0], address: nil),
    AddressRow(description: "nop", code: [0x90], address: nil),
    AddressRow(description: "cut off", code: [0x88, 0x44, 0x24], address: nil),
  ])
  func address(row: AddressRow) {
    #if arch(x86_64)
      var registers = AccessDecodingTests.registers
      var address: UInt64 = 0
      let isKnown = clab_address_of_instruction(row.code, row.code.count, &registers, &address)
      #expect((isKnown ? address : nil) == row.address)
    #endif
  }

  /// Whatever lies at the program counter, the decoder stays inside it.
  @Test func anyBytesAreBorne() {
    var random = SplitMix64(seed: 7)
    var registers = AccessDecodingTests.registers
    for _ in 0..<20_000 {
      let code = (0..<Int.random(in: 0...16, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      _ = clab_access_of_instruction(code, code.count, &registers, 0x1000)
      var address: UInt64 = 0
      _ = clab_address_of_instruction(code, code.count, &registers, &address)
    }
  }
}

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
    func trouble(_ permissions: Mapping.Permissions?, path: String = "") -> HandlerFacts
      .AlternateStack.Trouble?
    {
      let mappings = permissions.map {
        [Mapping(low: Address(0x1000), high: Address(0x9000), permissions: $0, path: path)]
      }
      let claim = StackRegion.Claim(
        kind: .alternateStack, name: "t", thread: 7, low: Address(0x2000), high: Address(0x3000))
      return HandlerFacts.AlternateStack(claim, mappings: mappings ?? [], frameNeeds: 3000).trouble
    }
    #expect(trouble([.read, .write]) == nil)
    #expect(trouble(nil) == .unmapped)
    #expect(trouble([.read]) == .notWritable)
    #expect(trouble([.read, .write], path: "/tmp/file") == .pastFile)
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
          """))
    #expect(masks.catches(.segv))
    #expect(!masks.catches(.bus))
    #expect(masks.blocked == 1 && masks.ignored == 1 << 12)
    #expect(SignalMasks(status: "Name:\tx\n") == nil)
    #expect(SignalMasks(status: "SigCgt:\nSigIgn:\tzz\nSigBlk\n") == nil)
  }
}
