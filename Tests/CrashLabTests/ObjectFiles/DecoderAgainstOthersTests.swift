import CHarness
import Foundation
import ObjectFiles
import Testing

@testable import CrashLab

/// The decoder held against objdump and against the processor itself.
@Suite struct DecoderAgainstOthersTests {
  static let objdump = "/usr/bin/objdump"
  static let library = "/lib/x86_64-linux-gnu/libc.so.6"
  static let gcc = "/usr/bin/gcc"

  static func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  private func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  /// The operand in memory of a line of disassembly: `0x8(%rsp)`, `(%rdi,%rax,4)`.
  static func memory(in text: Substring) -> Substring? {
    guard let open = text.lastIndex(of: "("), let close = text[open...].firstIndex(of: ")") else {
      return nil
    }
    let start =
      text[..<open].lastIndex { " ,*:".contains($0) }.map { text.index(after: $0) }
      ?? text.startIndex
    return text[start...close]
  }

  /// Every boundary that objdump sees in the C library, and no other; and every operand in memory.
  @Test(
    .enabled("objdump and an x86-64 C library are not installed") {
      isThere(objdump) && isThere(library)
    })
  func everyInstructionOfTheCLibrary() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.library))
    let lines = try run(Self.objdump, ["-d", "--no-show-raw-insn", "-j", ".text", Self.library])
      .split(separator: "\n")
    var listed: [(address: UInt64, text: Substring)] = []
    for line in lines where line.first == " " {
      let parts = line.split(separator: "\t", maxSplits: 1)
      guard parts.count == 2,
        let address = UInt64(parts[0].drop { $0 == " " }.prefix { $0 != ":" }, radix: 16)
      else { continue }
      listed.append((address, parts[1].prefix { $0 != "#" && $0 != "<" }))
    }
    try #require(listed.count > 100_000)
    var wrongLengths: [String] = []
    var wrongOperands: [String] = []
    var operands = 0
    try data.withUnsafeBytes { bytes in
      let image = try ElfImage(bytes)
      var instruction = clab_instruction()
      var text = [CChar](repeating: 0, count: Int(CLAB_INSTRUCTION_TEXT))
      for (index, (line, next)) in zip(listed, listed.dropFirst()).enumerated()
      where next.address > line.address && !line.text.hasPrefix("(bad)") {
        guard let code = image.code(at: line.address, size: next.address - line.address) else {
          continue
        }
        let start = code.bindMemory(to: UInt8.self).baseAddress
        // objdump shows the bytes between functions with less care than the code.
        guard clab_instruction_decode(start, code.count, &instruction),
          Int(instruction.length) == code.count
        else {
          wrongLengths.append("\(String(line.address, radix: 16)) \(line.text)")
          continue
        }
        // The text takes longer: of every fifth. objdump names the operands of string instructions.
        guard index % 5 == 0, let wanted = Self.memory(in: line.text), !wanted.contains("(%dx)"),
          !line.text.contains("%es:("), !line.text.contains("%ds:("),
          !line.text.contains("%eiz"), !line.text.contains("%riz"), !line.text.contains("%st")
        else { continue }
        _ = clab_instruction_text(start, code.count, line.address, &text)
        let ours = String(
          decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        operands += 1
        let found = Self.memory(in: ours[...])
        // objdump writes a displacement of zero where the code has one.
        let same = wanted.hasPrefix("0x0(") ? wanted.dropFirst(3) : wanted
        if found != same, found != wanted { wrongOperands.append("\(line.text) | \(ours)") }
      }
    }
    #expect(wrongLengths.isEmpty, "\(wrongLengths.prefix(10))")
    #expect(operands > 5_000)
    #expect(wrongOperands.isEmpty, "\(wrongOperands.count): \(wrongOperands.prefix(10))")
  }

  private static let instructions = [
    "movaps %xmm0,(%rdi)", "movaps (%rdi),%xmm0", "movups %xmm0,(%rdi)", "movapd (%rdi),%xmm0",
    "movdqa (%rdi),%xmm0", "movdqu (%rdi),%xmm0", "lddqu (%rdi),%xmm0", "movntdq %xmm0,(%rdi)",
    "movntps %xmm0,(%rdi)", "movntdqa (%rdi),%xmm0", "movnti %rax,(%rdi)", "movsd (%rdi),%xmm0",
    "movss %xmm0,(%rdi)", "movlps (%rdi),%xmm0", "movhpd %xmm0,(%rdi)", "addps (%rdi),%xmm0",
    "addsd (%rdi),%xmm0", "andps (%rdi),%xmm0", "pxor (%rdi),%xmm0", "pshufb (%rdi),%xmm0",
    "pshufd $0,(%rdi),%xmm0", "paddd (%rdi),%xmm0", "pmovzxbw (%rdi),%xmm0",
    "cvtps2pd (%rdi),%xmm0", "cvtdq2ps (%rdi),%xmm0", "cvtdq2pd (%rdi),%xmm0",
    "sqrtps (%rdi),%xmm0",
    "haddps (%rdi),%xmm0", "addsubpd (%rdi),%xmm0", "movshdup (%rdi),%xmm0", "movddup (%rdi),%xmm0",
    "phaddw (%rdi),%xmm0", "pabsb (%rdi),%xmm0", "palignr $1,(%rdi),%xmm0",
    "blendps $1,(%rdi),%xmm0",
    "dpps $1,(%rdi),%xmm0", "mpsadbw $1,(%rdi),%xmm0", "ptest (%rdi),%xmm0",
    "roundps $0,(%rdi),%xmm0", "roundsd $0,(%rdi),%xmm0", "pcmpistri $1,(%rdi),%xmm0",
    "pcmpestrm $1,(%rdi),%xmm0", "pcmpgtq (%rdi),%xmm0", "pcmpeqb (%rdi),%xmm0",
    "aesenc (%rdi),%xmm0", "pclmulqdq $0,(%rdi),%xmm0", "insertps $0,(%rdi),%xmm0",
    "pinsrd $0,(%rdi),%xmm0", "ucomisd (%rdi),%xmm0", "shufps $0,(%rdi),%xmm0",
    "punpcklbw (%rdi),%xmm0", "unpcklpd (%rdi),%xmm0", "maskmovdqu %xmm1,%xmm0",
    "paddb (%rdi),%mm0",
    "vmovaps (%rdi),%xmm0", "vmovaps %ymm0,(%rdi)", "vmovdqa (%rdi),%ymm0", "vmovups (%rdi),%ymm0",
    "vmovntdq %ymm0,(%rdi)", "vmovntps %xmm0,(%rdi)", "vmovntdqa (%rdi),%ymm0",
    "vaddps (%rdi),%ymm0,%ymm1", "vpshufb (%rdi),%xmm0,%xmm1", "vpxor (%rdi),%ymm0,%ymm1",
    "vptest (%rdi),%xmm0", "vaesenc (%rdi),%xmm0,%xmm1", "vpcmpistri $1,(%rdi),%xmm0",
    "vmovdqa64 (%rdi),%zmm0", "vmovdqu64 %zmm0,(%rdi)", "vmovaps %zmm0,(%rdi)",
    "vmovntdq %zmm0,(%rdi)", "vpaddd (%rdi),%zmm0,%zmm1", "vpaddd (%rdi){1to16},%zmm0,%zmm1",
    "fxsave (%rdi)", "xsave (%rdi)", "xsavec (%rdi)", "cmpxchg16b (%rdi)", "cmpxchg8b (%rdi)",
    "lock addq $0,(%rdi)", "xchg %rcx,(%rdi)", "fldl (%rdi)", "fstpt (%rdi)", "fnstenv (%rdi)",
    "stmxcsr (%rdi)", "movbe (%rdi),%rcx", "sha256rnds2 (%rdi),%xmm0", "gf2p8mulb (%rdi),%xmm0",
  ]

  /// The program executes each with an operand four bytes past a multiple of 64, and tells which of
  /// them the processor refused. What a processor does not have is left out.
  private static let source: String = {
    let bodies = instructions.enumerated().map {
      "asm(\".text\\nt\($0): \($1)\\ne\($0): ret\\n\"); extern char t\($0)[], e\($0)[];"
    }
    let rows = instructions.indices.map { "{t\($0), e\($0)}" }
    return """
      #include <setjmp.h>
      #include <signal.h>
      #include <stdio.h>
      #include <string.h>
      static sigjmp_buf back;
      static void on(int signal) { siglongjmp(back, signal); }
      \(bodies.joined(separator: "\n"))
      static char *const rows[][2] = {\(rows.joined(separator: ", "))};
      static char room[8192] __attribute__((aligned(64)));
      int main(void) {
        signal(SIGSEGV, on); signal(SIGILL, on); signal(SIGBUS, on);
        for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
          memset(room, 0, sizeof room);
          int signal = sigsetjmp(back, 1);
          if (!signal)
            asm volatile("call *%0" : : "r"(rows[i][0]), "D"(room + 4), "a"(0), "d"(0)
                         : "memory", "cc", "rbx", "rcx", "xmm0", "xmm1");
          asm volatile("emms");
          printf("%d ", signal);
          for (char *byte = rows[i][0]; byte < rows[i][1]; byte++) printf("%02x", *byte & 0xff);
          printf("\\n");
        }
      }
      """
  }()

  #if arch(x86_64)
    @Test(.enabled("gcc is not installed") { isThere(gcc) })
    func alignmentIsAsTheProcessorSays() throws {
      let folder = FileManager.default.temporaryDirectory.path + "/alignment-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try Self.source.write(toFile: "\(folder)/a.c", atomically: true, encoding: .utf8)
      _ = try run(
        Self.gcc, ["-O1", "-mno-red-zone", "-no-pie", "-w", "-o", "\(folder)/a", "\(folder)/a.c"])
      try #require(Self.isThere("\(folder)/a"))
      let lines = try run("\(folder)/a", []).split(separator: "\n")
      try #require(lines.count == Self.instructions.count)
      var judged = 0
      for (line, name) in zip(lines, Self.instructions) {
        let parts = line.split(separator: " ")
        let code = stride(from: 0, to: parts[1].count, by: 2).map { start -> UInt8 in
          let first = parts[1].index(parts[1].startIndex, offsetBy: start)
          return UInt8(parts[1][first...].prefix(2), radix: 16) ?? 0
        }
        if parts[0] == "4" { continue }  // SIGILL: not of this processor
        var instruction = clab_instruction()
        try #require(clab_instruction_decode(code, code.count, &instruction), "\(name)")
        let isRefused = parts[0] == "11"
        // AMD's processors take SHA's operands at any address.
        if !isRefused, name.hasPrefix("sha") { continue }
        #expect((instruction.memory.0.alignment > 4) == isRefused, "\(name): \(parts[0])")
        judged += 1
      }
      #expect(judged > 40)
    }
  #endif
}
