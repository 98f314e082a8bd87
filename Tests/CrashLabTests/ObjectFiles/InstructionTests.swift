import CHarness
import Foundation
import Testing

@testable import CrashLab

/// How an instruction touches memory, from its bytes: the processor would say the same.
struct AccessRow: Sendable, CustomStringConvertible {
  var description: String
  var code: [UInt8]
  var access: clab_access
  var address: UInt64 = 0x1000
  var stackPointer: UInt64 = 0x9000
}

@Suite struct AccessDecodingTests {
  /// rsp is 0x9000, rsi 0x1000, rdi 0x2000, r12 0x5000, the program counter 0x40_0000.
  static let registers: clab_registers = {
    var registers = clab_registers()
    withUnsafeMutableBytes(of: &registers.value) { bytes in
      let values = bytes.bindMemory(to: UInt64.self)
      values[2] = 5  // the count of a repetition
      values[4] = 0x1000
      values[5] = 0x2000
      values[7] = 0x9000
      values[12] = 0x5000
      values[16] = 0x40_0000
    }
    registers.valid = (1 << UInt64(CLAB_REGISTERS)) - 1
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
    AccessRow(
      description: "push (%r12), which lies where it pushes", code: [0x41, 0xff, 0x34, 0x24],
      access: CLAB_ACCESS_UNKNOWN, address: 0x5000, stackPointer: 0x5008),
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
    AccessRow(
      description: "a write to the executing instruction",
      code: [0xc6, 0x05, 0xf9, 0xff, 0xff, 0xff, 0x00], access: CLAB_ACCESS_WRITE,
      address: 0x40_0000),
    AccessRow(
      description: "code that may not be executed", code: [0x00, 0x00],
      access: CLAB_ACCESS_EXECUTE, address: 0x40_0000),
    AccessRow(description: "nothing to read", code: [], access: CLAB_ACCESS_UNKNOWN),
  ])
  func access(row: AccessRow) {
    #if arch(x86_64)
      var registers = AccessDecodingTests.registers
      withUnsafeMutableBytes(of: &registers.value) {
        $0.bindMemory(to: UInt64.self)[7] = row.stackPointer
      }
      let found = clab_access_of_instruction(row.code, row.code.count, &registers, row.address)
      #expect(found == row.access)
    #endif
  }

  /// Whatever lies at the program counter, the decoder stays inside it.
  @Test func anyBytesAreBorne() {
    var random = SplitMix64(seed: 7)
    var registers = AccessDecodingTests.registers
    var instruction = clab_instruction()
    var text = [CChar](repeating: 1, count: Int(CLAB_INSTRUCTION_TEXT))
    for _ in 0..<20_000 {
      let code = (0..<Int.random(in: 0...16, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      _ = clab_access_of_instruction(code, code.count, &registers, 0x1000)
      if clab_instruction_decode(code, code.count, &instruction) {
        #expect((1...min(15, code.count)).contains(Int(instruction.length)))
        #expect(instruction.memory_count <= UInt8(CLAB_MEMORY_OPERANDS))
      }
      _ = clab_instruction_text(code, code.count, 0, &text)
      #expect(text.contains(0))
    }
  }
}

/// What the bytes and the registers tell: `r`, `w`, address, size, alignment of each operand.
struct OperandRow: Sendable, CustomStringConvertible {
  var description: String
  var code: [UInt8]
  var operands: [String]
}

@Suite struct OperandTests {
  static func describe(_ code: [UInt8], _ registers: clab_registers) -> [String]? {
    var registers = registers
    var instruction = clab_instruction()
    guard clab_instruction_at(code, code.count, &registers, &instruction) else { return nil }
    return withUnsafeBytes(of: instruction.memory) { bytes in
      bytes.bindMemory(to: clab_memory_operand.self).prefix(Int(instruction.memory_count)).map {
        ($0.access & 1 != 0 ? "r" : "") + ($0.access & 2 != 0 ? "w" : "")
          + ($0.is_known ? " \(String($0.address, radix: 16))" : " ?")
          + " \($0.size)" + ($0.alignment > 1 ? " aligned \($0.alignment)" : "")
      }
    }
  }

  /// rax is 0x7711, rcx 3, rsi 0x1000, rdi 0x2000, rsp 0x9000, r12 0x5000, the program counter 0x40_0000.
  static let registers: clab_registers = {
    var registers = AccessDecodingTests.registers
    registers.valid = .max
    withUnsafeMutableBytes(of: &registers.value) {
      $0.bindMemory(to: UInt64.self)[0] = 0x7711
      $0.bindMemory(to: UInt64.self)[2] = 3
    }
    return registers
  }()

  #if arch(x86_64)
    @Test(arguments: [
      OperandRow(
        description: "mov %eax,(%rdi)", code: [0x89, 0x07], operands: ["w 2000 4"]),
      OperandRow(
        description: "mov %al,0x8(%rsp)", code: [0x88, 0x44, 0x24, 0x08], operands: ["w 9008 1"]),
      OperandRow(
        description: "movb $1,-0x30(%rsi)", code: [0xc6, 0x46, 0xd0, 0x01], operands: ["w fd0 1"]),
      OperandRow(
        description: "mov %rax,(%rsi,%rdi,4)", code: [0x48, 0x89, 0x04, 0xbe],
        operands: ["w 9000 8"]),
      OperandRow(
        description: "vmovaps %ymm0,(%r12)", code: [0xc4, 0xc1, 0x7c, 0x29, 0x04, 0x24],
        operands: ["w 5000 32 aligned 32"]),
      OperandRow(
        description: "push %rbp", code: [0x55], operands: ["w 8ff8 8"]),
      OperandRow(
        description: "push 8(%rsp)", code: [0xff, 0x74, 0x24, 0x08],
        operands: ["r 9008 8", "w 8ff8 8"]),
      OperandRow(
        description: "pop 8(%rsp)", code: [0x8f, 0x44, 0x24, 0x08],
        operands: ["w 9010 8", "r 9000 8"]),
      OperandRow(
        description: "call .+5", code: [0xe8, 0x00, 0x00, 0x00, 0x00], operands: ["w 8ff8 8"]),
      OperandRow(
        description: "ret", code: [0xc3], operands: ["r 9000 8"]),
      OperandRow(
        description: "enter $60000,$0", code: [0xc8, 0x60, 0xea, 0x00], operands: ["w 8ff8 8"]),
      OperandRow(
        description: "rep stosq", code: [0xf3, 0x48, 0xab], operands: ["w 2000 8"]),
      OperandRow(
        description: "rep movsq", code: [0xf3, 0x48, 0xa5], operands: ["w 2000 8", "r 1000 8"]),
      OperandRow(
        description: "xlat", code: [0xd7], operands: ["r 11 1"]),
      OperandRow(
        description: "cmpsb", code: [0xa6], operands: ["r 1000 1", "r 2000 1"]),
      OperandRow(
        description: "lodsb", code: [0xac], operands: ["r 1000 1"]),
      OperandRow(
        description: "scasb", code: [0xae], operands: ["r 2000 1"]),
      OperandRow(
        description: "movups %xmm0,(%rdi)", code: [0x0f, 0x11, 0x07], operands: ["w 2000 16"]),
      OperandRow(
        description: "movaps %xmm0,(%rdi)", code: [0x0f, 0x29, 0x07],
        operands: ["w 2000 16 aligned 16"]),
      OperandRow(
        description: "addps (%rdi),%xmm1", code: [0x0f, 0x58, 0x0f],
        operands: ["r 2000 16 aligned 16"]),
      OperandRow(
        description: "pmovzxbw (%rdi),%xmm1", code: [0x66, 0x0f, 0x38, 0x30, 0x0f],
        operands: ["r 2000 8"]),
      OperandRow(
        description: "movntdq %xmm0,(%rdi)", code: [0x66, 0x0f, 0xe7, 0x07],
        operands: ["w 2000 16 aligned 16"]),
      OperandRow(
        description: "movnti %rcx,(%rdi)", code: [0x48, 0x0f, 0xc3, 0x0f], operands: ["w 2000 8"]),
      OperandRow(
        description: "vmovdqu64 %zmm0,64(%rdi)", code: [0x62, 0xf1, 0xfe, 0x48, 0x7f, 0x47, 0x01],
        operands: ["w 2040 64"]),
      OperandRow(
        description: "vmovdqa64 %zmm0,64(%rdi)", code: [0x62, 0xf1, 0xfd, 0x48, 0x7f, 0x47, 0x01],
        operands: ["w 2040 64 aligned 64"]),
      OperandRow(
        description: "vmovntps %zmm0,(%rdi)", code: [0x62, 0xf1, 0x7c, 0x48, 0x2b, 0x07],
        operands: ["w 2000 64 aligned 64"]),
      OperandRow(
        description: "vaddps (%rdi),%ymm0,%ymm1", code: [0xc5, 0xfc, 0x58, 0x0f],
        operands: ["r 2000 32"]),
      OperandRow(
        description: "vpaddd (%rdi){1to16},%zmm0,%zmm1",
        code: [0x62, 0xf1, 0x7d, 0x58, 0xfe, 0x0f], operands: ["r 2000 4"]),
      OperandRow(
        description: "vgatherdps %ymm0,(%rdi,%ymm1,4),%ymm2",
        code: [0xc4, 0xe2, 0x7d, 0x92, 0x14, 0x8f], operands: ["r ? 0"]),
      OperandRow(
        description: "fstpl (%rdi)", code: [0xdd, 0x1f], operands: ["w 2000 8"]),
      OperandRow(
        description: "fxsave (%rdi)", code: [0x0f, 0xae, 0x07], operands: ["w 2000 512 aligned 16"]),
      OperandRow(
        description: "xsave (%rdi)", code: [0x0f, 0xae, 0x27], operands: ["rw 2000 576 aligned 64"]),
      OperandRow(
        description: "cmpxchg16b (%rdi)", code: [0x48, 0x0f, 0xc7, 0x0f],
        operands: ["rw 2000 16 aligned 16"]),
      OperandRow(
        description: "lock addl $1,(%rdi)", code: [0xf0, 0x83, 0x07, 0x01], operands: ["rw 2000 4"]),
      OperandRow(
        description: "setc (%rdi)", code: [0x0f, 0x92, 0x07], operands: ["w 2000 1"]),
      OperandRow(
        description: "stmxcsr (%rdi)", code: [0x0f, 0xae, 0x1f], operands: ["w 2000 4"]),
      OperandRow(
        description: "btsq %rcx,(%rdi)", code: [0x48, 0x0f, 0xab, 0x0f], operands: ["rw 2000 8"]),
      OperandRow(
        description: "mov 8(%rip),%eax", code: [0x8b, 0x05, 0x08, 0x00, 0x00, 0x00],
        operands: ["r 40000e 4"]),
      OperandRow(
        description: "mov %eax,(%edi,%esi,4)", code: [0x67, 0x89, 0x04, 0xb7],
        operands: ["w 6000 4"]),
      OperandRow(
        description: "maskmovdqu %xmm1,%xmm0", code: [0x66, 0x0f, 0xf7, 0xc1],
        operands: ["w 2000 16"]),
      OperandRow(
        description: "lea 8(%rdi),%rax", code: [0x48, 0x8d, 0x47, 0x08], operands: []),
      OperandRow(
        description: "nopw (%rdi)", code: [0x66, 0x0f, 0x1f, 0x07], operands: []),
      OperandRow(
        description: "prefetcht0 (%rdi)", code: [0x0f, 0x18, 0x0f], operands: []),
      OperandRow(
        description: "mov %eax,%edi", code: [0x89, 0xc7], operands: []),
      OperandRow(
        description: "nop", code: [0x90], operands: []),
    ])
    func operands(row: OperandRow) {
      #expect(OperandTests.describe(row.code, OperandTests.registers) == row.operands)
    }

    @Test func nothingIsAccessedNoTimes() {
      var registers = OperandTests.registers
      withUnsafeMutableBytes(of: &registers.value) { $0.bindMemory(to: UInt64.self)[2] = 0 }
      #expect(OperandTests.describe([0xf3, 0x48, 0xab], registers) == [" ? 8"])
    }

    @Test func segmentsNeedTheirBase() {
      var registers = OperandTests.registers
      let move: [UInt8] = [0x64, 0x89, 0x07]  // mov %eax,%fs:(%rdi)
      #expect(OperandTests.describe(move, registers) == ["w ? 4"])
      registers.has_segment_bases = true
      registers.fs_base = 0x7000_0000
      #expect(OperandTests.describe(move, registers) == ["w 70002000 4"])
    }

    @Test func registersThatAreNotValidTellNothing() {
      var registers = OperandTests.registers
      registers.valid = 0
      #expect(OperandTests.describe([0x89, 0x07], registers) == ["w ? 4"])
    }
  #endif
}
