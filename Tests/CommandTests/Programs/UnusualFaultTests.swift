import Foundation
import TestSupport
import Testing

@testable import CrashLabModel

/// What `crashlab exec` says of faults and signals of which the kernel or the processor tells
/// something else than usual: Tests/Programs/Overflows/unusual-faults.c.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct UnusualFaultTests {
  private func report(of way: String) throws -> String {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "unusual-faults.c", with: "gcc", ["-O1", "-g", "-w", "-pthread"], into: folder)
      let result = try Command().run(
        ["exec", "--no-keep", "--report", "\(folder)/report", program, way],
        environment: ["COLUMNS": "500"])
      #expect(result.status > 128)
      return try String(contentsOfFile: "\(folder)/report", encoding: .utf8)
    }
  }

  /// Only of some codes siginfo_t has a sender.
  @Test(arguments: [
    ("timer", "SIGABRT (SI_TIMER), sent by a timer"),
    ("descriptor", "SIGSEGV (SI_SIGIO), sent for a descriptor"),
    ("file-size", "SIGXFSZ (SI_USER), sent by the kernel for what it did, or by itself"),
  ])
  func nobodyIsNamedWhoHasNotSentIt(way: String, words: String) throws {
    let report = try report(of: way)
    #expect(report.contains(words))
    #expect(!report.contains("sent by '"))
  }

  /// What lies behind a breakpoint may be another function.
  @Test
  func breakpointIsTheInstructionBefore() throws {
    let report = try report(of: "breakpoint")
    #expect(report.contains("in check_failed") && report.contains("check_failed + 1 in"))
    #expect(!report.contains("innocent + ") && !report.contains("in innocent"))
    #expect(report.contains("main + ") && !report.contains("is not known"))
  }

  /// The kernel knows no address of it.
  @Test
  func alignmentCheckIsNoNullPointer() throws {
    let report = try report(of: "misaligned")
    #expect(report.contains("SIGBUS (BUS_ADRALN): refused: the operand of"))
    #expect(report.contains("is not aligned") && !report.contains("null"))
  }

  /// A stack that overflows is written before anything is taken back from it.
  @Test(arguments: ["resume", "resume-in-thread"])
  func returnFromNowhereIsNoOverflow(way: String) throws {
    let report = try report(of: way)
    #expect(report.contains("read at 0x") && report.contains("where nothing is mapped"))
    #expect(!report.contains("overflow"))
  }

  /// Of a stack that was used to its end nobody knows how much would have been enough.
  @Test func noAdviceForAnOverflow() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "unusual-faults.c", with: "gcc", ["-O1", "-g", "-w", "-pthread"], into: folder)
      _ = try Command().run(["stacks", "--report", "\(folder)/report", program, "asked-for-size"])
      let report = try String(contentsOfFile: "\(folder)/report", encoding: .utf8)
      #expect(report.contains("has used its whole stack"))
      #expect(!report.contains("leave a margin"))
    }
  }

  /// An expression of the call-frame information that jumps to itself (DW_OP_skip -3) has an end.
  @Test(.timeLimit(.minutes(1))) func expressionInALoopEnds() throws {
    try withTemporaryFolder { folder in
      let source = """
        .globl looping
        looping: .cfi_startproc
        .cfi_escape 0x0f,3,0x2f,0xfd,0xff
        xor %eax,%eax
        mov (%rax),%eax
        ret
        .cfi_endproc
        .globl main
        main: .cfi_startproc
        call looping
        ret
        .cfi_endproc
        .section .note.GNU-stack,"",@progbits

        """
      try source.write(toFile: "\(folder)/x.S", atomically: true, encoding: .utf8)
      let built = try Command(path: Toolbox.find("gcc") ?? "gcc").run([
        "-o", "\(folder)/x", "\(folder)/x.S",
      ])
      try #require(built.status == 0, "\(built.errors)")
      let result = try Command().run(["exec", "--no-keep", "\(folder)/x"])
      #expect(result.status == 139)
      #expect(result.errors.contains("in looping"))
      #expect(result.errors.contains("what called this is not known"))
    }
  }

  @Test func aFileNeedNotHaveBeenLonger() throws {
    let report = try report(of: "behind-the-file")
    #expect(report.contains("the file ends before it, has no space left, or could not be read"))
  }

  /// The default is what the limit was when the program began.
  @Test(arguments: [
    ("default-size", "its size: the default of threads"),
    ("asked-for-size", "its size: set by whoever made the thread (2 MiB)"),
  ])
  func limitThatWasChangedIsNotTheDefault(way: String, words: String) throws {
    #expect(try report(of: way).contains(words))
  }
}
