import Foundation
import TestSupport
import Testing

@testable import CrashLabModel

/// What `crashlab exec` says of faults and signals of which the kernel or the processor tells
/// something else than usual: Tests/Programs/Overflows/unusual-faults.c.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct UnusualFaultTests {
  private func report(of way: String, dies: Bool = true) throws -> String {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "unusual-faults.c", with: "gcc", ["-O1", "-g", "-w", "-pthread"], into: folder)
      let result = try Command().run(
        ["exec", "--no-keep", "--report", "\(folder)/report", program, way],
        environment: ["COLUMNS": "500"])
      #expect((result.status > 128) == dies)
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

  #if arch(x86_64)
    /// What the kernel tells of a filter's refusal, and what the registers tell where it tells nothing.
    @Test(arguments: [
      ("filter-traps", "a seccomp filter refused the system call getppid (110 of x86_64)"),
      ("filter-kills", "a seccomp filter refused the system call getppid (110 of x86_64)"),
      ("filter-kills-a-thread", "a seccomp filter refused the system call getppid (110 of x86_64)"),
    ])
    func filterIsTold(way: String, words: String) throws {
      let report = try report(of: way)
      #expect(report.contains(words), "\(report)")
      #expect(report.contains("in refused "))
    }

    /// Nothing else tells of it: the program ends as if nothing had been.
    @Test func threadThatAFilterKillsAloneIsTold() throws {
      let report = try report(of: "filter-kills-only-a-thread", dies: false)
      #expect(
        report.hasSuffix(
          "exited with 0\ncrashlab: a seccomp filter killed 1 thread (SIGSYS), and the program went "
            + "on\n"))
    }

    /// The fault that led to the handler is told, and that no code of it was there.
    @Test(arguments: ["no-handler-code", "handler-at-no-address"])
    func handlerWithoutCodeHasNotRun(way: String) throws {
      let report = try report(of: way)
      #expect(report.contains("fault 1: SIGSEGV (SEGV_MAPERR): write in the null page at 0x8"))
      #expect(report.contains("the kernel called its handler, and where that should be is no code"))
      #expect(!report.contains("its handler ran"))
    }

    @Test func handlerReturnsToNothing() throws {
      let report = try report(of: "no-restorer-code")
      #expect(report.contains("fault 1: SIGSEGV (SEGV_MAPERR): write in the null page at 0x8"))
      #expect(report.contains("its handler ran"))
      let words = report.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(words.contains("nothing is mapped: a signal handler returned there"))
    }

    @Test func handlerWithoutRestorer() throws {
      let report = try report(of: "no-restorer")
      #expect(report.contains("write in the null page at 0x8"))
      #expect(report.contains("its action has no SA_RESTORER"))
      #expect(!report.contains("no room for its frame"))
    }

    /// It reads before it writes.
    @Test(arguments: [
      ("move-twice", "SIGSEGV (SEGV_MAPERR): read at 0x"),
      ("move-twice-where-it-may-read", "SIGSEGV (SEGV_ACCERR): write in anonymous r--p"),
    ])
    func firstOfTwoAccesses(way: String, words: String) throws {
      #expect(try report(of: way).contains(words))
    }
  #endif

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
