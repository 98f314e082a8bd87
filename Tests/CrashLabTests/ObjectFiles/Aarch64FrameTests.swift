import CHarness
import ObjectFiles
import Testing

@testable import CrashLab

/// The words of the instructions are GNU as's.
private enum Word {
  static let ret: UInt32 = 0xd65f_03c0
  static let bl: UInt32 = 0x9400_0010
  static let sub48: UInt32 = 0xd100_c3ff  // sub sp, sp, #48
  static let sub24Pages: UInt32 = 0xd140_63ff  // sub sp, sp, #24, lsl #12
  static let add24Pages: UInt32 = 0x9140_63ff
  static let pushFrame: UInt32 = 0xa9be_7bfd  // stp x29, x30, [sp, #-32]!
  static let popFrame: UInt32 = 0xa8c2_7bfd  // ldp x29, x30, [sp], #32
  static let pushOne: UInt32 = 0xf81f_0ff3  // str x19, [sp, #-16]!
  static let setFrame: UInt32 = 0x9100_03fd  // mov x29, sp
  static let setFrame4000: UInt32 = 0x913e_83fd  // add x29, sp, #4000
  static let stackFromFrame: UInt32 = 0x9100_03bf  // mov sp, x29
  static let stackFromFrame4000: UInt32 = 0xd13e_83bf  // sub sp, x29, #4000
  static let low100000: UInt32 = 0xd290_d410  // mov x16, #0x86a0
  static let high100000: UInt32 = 0xf2a0_0030  // movk x16, #1, lsl #16
  static let subX16: UInt32 = 0xcb30_63ff  // sub sp, sp, x16
  static let w9Is128KiB: UInt32 = 0x52a0_0049  // mov w9, #0x20000
  static let x9IsOnes: UInt32 = 0xb270_3fe9  // orr x9, xzr, #0xffff0000
  static let subX9: UInt32 = 0xcb29_63ff
  static let subX0: UInt32 = 0xcb20_63ff
  static let subX0Times16: UInt32 = 0xcb20_73ff
  static let x0Is16: UInt32 = 0xd280_0200
  static let subVectors: UInt32 = 0x043f_57df  // addvl sp, sp, #-2
  static let subPage: UInt32 = 0xd140_07ff  // sub sp, sp, #1, lsl #12
  static let compareX9: UInt32 = 0xeb29_63ff  // cmp sp, x9
  static let branchBack: UInt32 = 0x54ff_ffa1  // b.ne .-12
  static let touch: UInt32 = 0xf940_03ff  // ldr xzr, [sp]
  static let probe: UInt32 = 0xf900_03ff  // str xzr, [sp]
  static let probe1024: UInt32 = 0xf902_03ff  // str xzr, [sp, #1024]
  static let x9Is8PagesBelow: UInt32 = 0xd140_23e9  // sub x9, sp, #8, lsl #12
  static let x9Is16Lower: UInt32 = 0xd100_4129  // sub x9, x9, #16
  static let alignedX9: UInt32 = 0x927a_e53f  // and sp, x9, #-64
  static let stackFromX0: UInt32 = 0x9100_001f  // mov sp, x0
  static let nop: UInt32 = 0xd503_201f
}

private func bytes(_ words: [UInt32]) -> [UInt8] {
  words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
}

struct Aarch64StepRow: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var words: [UInt32]
  var step: Int64
  var isProbed = false
  var isDynamic = false
  var depth: Int64?
}

@Suite struct Aarch64FrameTests {
  @Test(arguments: [
    Aarch64StepRow(testDescription: "nothing: a call leaves nothing", words: [Word.ret], step: 0),
    Aarch64StepRow(
      testDescription: "a small frame", words: [Word.sub48, Word.ret], step: 48, depth: 48),
    Aarch64StepRow(
      testDescription: "an immediate shifted by 12",
      words: [Word.sub24Pages, Word.add24Pages, Word.ret], step: 98_304, depth: 98_304),
    Aarch64StepRow(
      testDescription: "a store that moves the stack pointer touches it there",
      words: [Word.pushFrame, Word.sub24Pages, Word.popFrame, Word.ret], step: 98_304,
      depth: 98_336),
    Aarch64StepRow(
      testDescription: "and the step to it counts whole",
      words: [Word.sub24Pages, Word.pushOne, Word.ret], step: 98_320, depth: 98_320),
    Aarch64StepRow(
      testDescription: "two moves without a touch add up",
      words: [Word.sub24Pages, Word.sub48, Word.ret], step: 98_352),
    Aarch64StepRow(
      testDescription: "a call between them touches",
      words: [Word.sub24Pages, Word.bl, Word.sub48, Word.ret], step: 98_304, depth: 98_304),
    Aarch64StepRow(
      testDescription: "mov, movk, sub: the constant is put together",
      words: [Word.low100000, Word.high100000, Word.subX16, Word.ret], step: 100_000),
    Aarch64StepRow(
      testDescription: "movk of another register's constant is no constant",
      words: [Word.w9Is128KiB, Word.high100000, Word.subX16, Word.ret], step: 0, isDynamic: true),
    Aarch64StepRow(
      testDescription: "mov of 32 bits", words: [Word.w9Is128KiB, Word.subX9, Word.ret],
      step: 131_072),
    Aarch64StepRow(
      testDescription: "orr of a bit mask", words: [Word.x9IsOnes, Word.subX9, Word.ret],
      step: 0xffff_0000),
    Aarch64StepRow(
      testDescription: "sub of a register that nobody knows", words: [Word.subX0, Word.ret],
      step: 0, isDynamic: true),
    Aarch64StepRow(
      testDescription: "a shifted constant is not what is subtracted",
      words: [Word.x0Is16, Word.subX0Times16, Word.ret], step: 0,
      isDynamic: true),
    Aarch64StepRow(
      testDescription: "by the length of vectors", words: [Word.subVectors, Word.ret], step: 0,
      isDynamic: true),
    Aarch64StepRow(
      testDescription: "clang's probes",
      words: [Word.subPage, Word.probe, Word.subPage, Word.probe, Word.sub48, Word.ret], step: 4096,
      isProbed: true),
    Aarch64StepRow(
      testDescription: "clang's loop",
      words: [
        Word.x9Is8PagesBelow, Word.subPage, Word.compareX9, Word.probe, Word.branchBack, Word.ret,
      ], step: 4096, isProbed: true),
    Aarch64StepRow(
      testDescription: "clang's loop for a size that only running tells",
      words: [
        Word.subPage, Word.compareX9, 0x5400_006d, Word.probe, 0x17ff_fffc, Word.stackFromX0,
        Word.touch, Word.ret,
      ], step: 4096, isProbed: true),
    Aarch64StepRow(
      testDescription: "gcc's probes, above the bottom",
      words: [Word.sub24Pages, Word.probe1024, Word.sub24Pages, Word.probe1024, Word.ret],
      step: 98_304, isProbed: true),
    Aarch64StepRow(
      testDescription: "the frame pointer leads back",
      words: [Word.pushFrame, Word.setFrame, Word.sub24Pages, Word.stackFromFrame, Word.ret],
      step: 98_304),
    Aarch64StepRow(
      testDescription: "the frame pointer lies above the stack pointer",
      words: [
        Word.sub24Pages, Word.setFrame4000, Word.bl, Word.stackFromFrame4000,
        Word.sub48, Word.ret,
      ], step: 98_304, depth: 98_304),
    Aarch64StepRow(
      testDescription: "rounded down from a copy",
      words: [Word.x9Is8PagesBelow, Word.x9Is16Lower, Word.alignedX9, Word.ret],
      step: 32_768 + 16 + 48),
    Aarch64StepRow(
      testDescription: "rounded down from what is no copy any more",
      words: [Word.x9Is8PagesBelow, Word.nop, Word.alignedX9, Word.ret], step: 48,
      isDynamic: true),
    Aarch64StepRow(
      testDescription: "alloca", words: [Word.stackFromX0, Word.ret], step: 0, isDynamic: true),
  ])
  func step(row: Aarch64StepRow) {
    let steps = bytes(row.words).withUnsafeBytes { StackSteps($0, of: .arm64) }
    #expect(steps.isComplete)
    #expect(steps.largest == row.step)
    #expect(steps.isProbed == row.isProbed)
    #expect(steps.isDynamic == row.isDynamic)
    if let depth = row.depth { #expect(steps.depth == depth) }
  }

  @Test(arguments: [[], [0xff], [0xff, 0xc3, 0x00]] as [[UInt8]])
  func lessThanAnInstructionIsNone(code: [UInt8]) {
    var instruction = clab_instruction()
    #expect(!clab_instruction_decode_aarch64(code, code.count, &instruction))
    #expect(code.isEmpty || !code.withUnsafeBytes { StackSteps($0, of: .arm64) }.isComplete)
  }

  /// Flow and target from the next instruction; the register of a target in one.
  @Test(
    arguments: [
      (0x9400_0010, CLAB_FLOW_CALL, 60, 0xff), (0x17ff_fff8, CLAB_FLOW_JUMP, -36, 0xff),
      (0x5400_0040, CLAB_FLOW_BRANCH, 4, 0xff), (0xd63f_0100, CLAB_FLOW_CALL, 0, 8),
      (0xd61f_0220, CLAB_FLOW_JUMP, 0, 17), (0xd65f_03c0, CLAB_FLOW_RETURN, 0, 30),
      (0xd65f_0bff, CLAB_FLOW_RETURN, 0, 30), (0xd503_201f, CLAB_FLOW_NEXT, 0, 0xff),
    ] as [(UInt32, clab_flow, Int64, UInt8)])
  func flow(word: UInt32, flow: clab_flow, offset: Int64, register: UInt8) {
    var instruction = clab_instruction()
    #expect(clab_instruction_decode_aarch64(bytes([word]), 4, &instruction))
    #expect(UInt32(instruction.flow) == flow.rawValue)
    #expect(instruction.target_offset == offset)
    #expect(instruction.target_register == register)
  }

  /// Base, displacement, index, size and access of what is read or written.
  @Test(
    arguments: [
      (0xa9be_7bfd, "31-32 16 w"), (0xa8c2_7bfd, "31+0 16 r"), (0xf902_03ff, "31+1024 8 w"),
      (0xb81f_83ff, "31-8 4 w"), (0xf862_7820, "1+0+2*8 8 r"), (0xf862_4820, "1+0+2*1 8 r"),
      (0xf862_c820, "1+0+254*1 8 r"), (0xf820_0041, "2+0 8 rw"), (0xd50b_7423, "3+0 0 w"),
      (0xc89f_fc20, "1+0 8 w"), (0xc85f_fc20, "1+0 8 r"), (0x3d80_0be0, "31+32 16 w"),
      (0x3940_0c20, "1+3 1 r"), (0xd503_233f, ""),
    ] as [(UInt32, String)])
  func operand(word: UInt32, expected: String) {
    var instruction = clab_instruction()
    #expect(clab_instruction_decode_aarch64(bytes([word]), 4, &instruction))
    let found = instruction.memory.0
    var text = "\(found.base)\(found.displacement < 0 ? "" : "+")\(found.displacement)"
    if found.index != UInt8(CLAB_NO_REGISTER) { text += "+\(found.index)*\(found.scale)" }
    text += " \(found.size) "
    text += found.access & 1 != 0 ? "r" : ""
    text += found.access & 2 != 0 ? "w" : ""
    #expect((instruction.memory_count == 0 ? "" : text) == expected)
  }
}
