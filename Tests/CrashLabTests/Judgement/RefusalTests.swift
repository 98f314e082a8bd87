import CHarness
import ObjectFiles
import Testing

@testable import CrashLab

struct RefusalRow: Sendable, CustomStringConvertible {
  var description: String
  var code: [UInt8]
  var rdi: UInt64 = 0x2000
  var rsp: UInt64 = 0x9000
  var pc: UInt64 = 0x40_0000
  var target: UInt64? = nil
  var selectors: Selectors? = nil
  var isAfterInterrupt = false
  var cause: RefusalCause
}

/// Who sent a signal stands only where the kernel puts it: elsewhere it is a timer's number, or what a
/// descriptor is ready for.
@Test(
  arguments: [
    (0, true), (-1, true), (-2, false), (-3, true), (-4, false), (-5, false), (-6, true),
    (-7, false), (-60, false), (1, false), (128, false),
  ] as [(CInt, Bool)])
func codeTellsSender(code: CInt, tells: Bool) {
  #expect(SignalCode(code, of: .segv).tellsSender == tells)
}

#if arch(x86_64)
  @Suite struct RefusalTests {
    static let outside: UInt64 = 0xdead_beef_dead_beef

    @Test(arguments: [
      RefusalRow(
        description: "movaps %xmm0,0x1(%rdi)", code: [0x0f, 0x29, 0x47, 0x01],
        cause: .refused(.misalignedOperand, operand: Address(0x2001))),
      RefusalRow(
        description: "movaps %xmm0,(%rdi), aligned", code: [0x0f, 0x29, 0x07],
        cause: .notTheInstruction),
      RefusalRow(
        description: "movups %xmm0,0x1(%rdi)", code: [0x0f, 0x11, 0x47, 0x01],
        cause: .notTheInstruction),
      RefusalRow(
        description: "vmovntdq %ymm0,0x10(%rdi)", code: [0xc5, 0xfd, 0xe7, 0x47, 0x10],
        cause: .refused(.misalignedOperand, operand: Address(0x2010))),
      RefusalRow(
        description: "movaps at an address that is none", code: [0x0f, 0x29, 0x07], rdi: outside,
        cause: .nonCanonical(Address(outside))),
      RefusalRow(
        description: "hlt", code: [0xf4], cause: .refused(.privilegedInstruction, operand: nil)),
      RefusalRow(
        description: "cli", code: [0xfa], cause: .refused(.privilegedInstruction, operand: nil)),
      RefusalRow(
        description: "in $0x1,%al", code: [0xe4, 0x01],
        cause: .refused(.notPermitted, operand: nil)),
      RefusalRow(
        description: "rdtsc", code: [0x0f, 0x31], cause: .refused(.notPermitted, operand: nil)),
      RefusalRow(
        description: "cpuid", code: [0x0f, 0xa2], cause: .refused(.notPermitted, operand: nil)),
      RefusalRow(
        description: "lgdt (%rdi)", code: [0x0f, 0x01, 0x17],
        cause: .refused(.privilegedInstruction, operand: nil)),
      RefusalRow(
        description: "wrfsbase %rdi", code: [0xf3, 0x48, 0x0f, 0xae, 0xd7], target: outside,
        cause: .nonCanonical(Address(outside))),
      RefusalRow(
        description: "wrfsbase %rdi, an address", code: [0xf3, 0x48, 0x0f, 0xae, 0xd7],
        target: 0x1000, cause: .notTheInstruction),
      RefusalRow(
        description: "mov %cr0,%rax", code: [0x0f, 0x20, 0xc0],
        cause: .refused(.privilegedInstruction, operand: nil)),
      RefusalRow(
        description: "rdmsr", code: [0x0f, 0x32],
        cause: .refused(.privilegedInstruction, operand: nil)),
      RefusalRow(
        description: "mov %eax,%ds", code: [0x8e, 0xd8],
        cause: .refused(.badSelector, operand: nil)),
      RefusalRow(
        description: "lcall *(%rdi)", code: [0xff, 0x1f], target: 0x1000,
        selectors: Selectors(code: 0x77),
        cause: .refused(.badSelector, operand: Address(0x2000))),
      RefusalRow(
        description: "lcall *(%rdi), which nobody has read", code: [0xff, 0x1f], cause: .unknown),
      RefusalRow(
        description: "iretq, of the stack's selector", code: [0x48, 0xcf], target: 0x1000,
        selectors: Selectors(code: 0x33, stack: 0x10),
        cause: .refused(.badSelector, operand: Address(0x9000))),
      RefusalRow(
        description: "iretq, of no selector", code: [0x48, 0xcf], target: 0x1000,
        selectors: Selectors(code: 0x33, stack: 0x2b), cause: .unknown),
      RefusalRow(
        description: "lretq to nowhere", code: [0x48, 0xcb], target: outside,
        selectors: Selectors(code: 0x33), cause: .nonCanonical(Address(outside))),
      RefusalRow(
        description: "lretq to nowhere, but the selector comes first", code: [0x48, 0xcb],
        target: outside, selectors: Selectors(code: 0x77),
        cause: .refused(.badSelector, operand: Address(0x9000))),
      RefusalRow(
        description: "lret to code of 32 bits", code: [0xcb], target: 0x1_0000_0000,
        selectors: Selectors(code: 0x23), cause: .unknown),
      RefusalRow(
        description: "behind int $4", code: [0x90], isAfterInterrupt: true,
        cause: .refused(.overflowInterrupt, operand: nil)),
      RefusalRow(
        description: "behind its bytes, but refused itself", code: [0xf4], isAfterInterrupt: true,
        cause: .refused(.privilegedInstruction, operand: nil)),
      RefusalRow(
        description: "int $0x81", code: [0xcd, 0x81],
        cause: .refused(.softwareInterrupt, operand: nil)),
      RefusalRow(
        description: "mov (%rdi),%eax", code: [0x8b, 0x07], rdi: outside,
        cause: .nonCanonical(Address(outside))),
      RefusalRow(
        description: "mov (%rdi),%rax over the end of the lower half", code: [0x48, 0x8b, 0x07],
        rdi: 0x7fff_ffff_fffc, cause: .nonCanonical(Address(0x8000_0000_0003))),
      RefusalRow(
        description: "the lowest address of the upper half", code: [0x8b, 0x07],
        rdi: 0xffff_8000_0000_0000, cause: .notTheInstruction),
      RefusalRow(
        description: "ret to nowhere", code: [0xc3], target: outside,
        cause: .nonCanonical(Address(outside))),
      RefusalRow(
        description: "call *%rdi", code: [0xff, 0xd7], rdi: outside, target: outside,
        cause: .nonCanonical(Address(outside))),
      RefusalRow(
        description: "ret, of a target that nobody has read", code: [0xc3], cause: .unknown),
      RefusalRow(
        description: "a stack pointer that is none", code: [0x55], rsp: outside,
        cause: .nonCanonical(Address(outside - 8))),
      RefusalRow(
        description: "a program counter that is none", code: [], pc: outside,
        cause: .nonCanonical(Address(outside))),
      RefusalRow(description: "no code", code: [], cause: .unknown),
      RefusalRow(description: "no instruction", code: [0x06], cause: .unknown),
      RefusalRow(
        description: "ldmxcsr checks its operand", code: [0x0f, 0xae, 0x17], cause: .unknown),
      RefusalRow(
        description: "vgatherdps: its addresses are not known",
        code: [0xc4, 0xe2, 0x75, 0x92, 0x14, 0x87], cause: .unknown),
      RefusalRow(
        description: "add %rax,%rax", code: [0x48, 0x01, 0xc0], cause: .notTheInstruction),
    ])
    func cause(row: RefusalRow) {
      var registers = [UInt64](repeating: 0, count: Int(CLAB_REGISTERS))
      registers[5] = row.rdi
      registers[7] = row.rsp
      registers[16] = row.pc
      let context = InstructionContext(
        registers: registers, segmentBases: nil, code: row.code, target: row.target,
        selectors: row.selectors, isAfterOverflowInterrupt: row.isAfterInterrupt)
      let instruction = MachineInstruction(context)?
        .orInterrupt(before: context, at: Address(row.pc))
      #expect(
        MachineInstruction.causeOfRefusal(instruction, at: Address(row.pc)) == row.cause)
    }
  }
#endif

struct SignalFrameRow: Sendable, CustomStringConvertible {
  var description: String
  var cause = RefusalCause.notTheInstruction
  var delivering: Signal? = nil
  /// Bytes above the stack's limit.
  var room: UInt64
  var frameSize = 3000
  var isMissing: Bool
}

@Suite struct SignalFrameTests {
  @Test(arguments: [
    SignalFrameRow(description: "far from the limit", room: 100_000, isMissing: false),
    SignalFrameRow(description: "near the limit", room: 1000, isMissing: true),
    SignalFrameRow(
      description: "within what alignment may take: perhaps", room: 3128 - 20, isMissing: false),
    SignalFrameRow(
      description: "the same, but a signal was seen to come", delivering: Signal(14),
      room: 3128 - 20, isMissing: true),
    SignalFrameRow(
      description: "the instruction explains it",
      cause: .refused(.misalignedOperand, operand: nil), room: 1000, isMissing: false),
    SignalFrameRow(
      description: "a non-canonical address explains it", cause: .nonCanonical(Address(1 << 50)),
      room: 1000, isMissing: false),
    SignalFrameRow(
      description: "the instruction is not known", cause: .unknown, room: 1000, isMissing: false),
    SignalFrameRow(
      description: "not known, but a signal was seen to come", cause: .unknown,
      delivering: Signal(14), room: 1000, isMissing: true),
    SignalFrameRow(
      description: "a kernel that does not tell the size", room: 1000, frameSize: 0,
      isMissing: false),
    SignalFrameRow(
      description: "a signal that had room: something else", cause: .unknown,
      delivering: Signal(14), room: 100_000, isMissing: false),
  ])
  func missing(row: SignalFrameRow) {
    let low: UInt64 = 0x7010_1000
    let stacks = StackRegion.find(
      claims: [
        .init(
          kind: .thread, name: "t", thread: 11, low: Address(low), high: Address(low + 0x10_0000))
      ],
      mappings: [
        Mapping(low: Address(low - 4096), high: Address(low), permissions: []),
        Mapping(
          low: Address(low), high: Address(low + 0x10_0000), permissions: [.read, .write]),
      ], installedGuards: [], limits: MainStackLimits(soft: 8 << 20, gap: 1 << 20))
    let stack = stacks.first { $0.kind == .thread }
    let pointer = Address(low + row.room)
    let frame = SignalFrame.missing(
      cause: row.cause, delivering: row.delivering, stackPointer: pointer, stack: stack,
      frameSize: row.frameSize)
    #expect((frame != nil) == row.isMissing)
    if let frame {
      #expect(frame.needed == row.frameSize + 128)
      #expect(frame.available == Int(row.room))
      #expect(frame.signal == row.delivering)
    }
  }

  @Test func withoutAStackNothingIsSaid() {
    #expect(
      SignalFrame.missing(
        cause: .notTheInstruction, delivering: Signal(14), stackPointer: Address(0x1000),
        stack: nil, frameSize: 3000) == nil)
  }
}
