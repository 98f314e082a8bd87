import Foundation
import Testing

@testable import CrashLab

#if arch(x86_64)
  /// Programs that the processor or the kernel refused without telling an address, seen alive and as a
  /// dump.
  @Suite struct RefusedTests {
    struct Row: Sendable, CustomTestStringConvertible {
      var testDescription: String
      var signal: Signal = .segv
      var site: FaultSite.Kind = .refused
      var refusal: Refusal?
      var access: Access?
      /// How the instruction's text begins; nil where there is none to tell of.
      var instruction: String?
      /// The operand's address, where it does not differ from run to run.
      var operand: UInt64?
      /// Words of the text.
      var words: String
    }

    private static let nowhere: UInt64 = 0xdead_beef_dead_beef

    static let rows = [
      Row(
        testDescription: "movaps", refusal: .misalignedOperand, instruction: "movaps %xmm0,0x1(",
        words: "is not aligned"),
      Row(
        testDescription: "fxsave", refusal: .misalignedOperand, instruction: "fxsave 0x8(",
        words: "is not aligned"),
      Row(
        testDescription: "hlt", refusal: .privilegedInstruction, instruction: "hlt",
        words: "'hlt' may not be executed in user mode"),
      Row(
        testDescription: "in", refusal: .notPermitted, instruction: "in $0x1,%al",
        words: "only with the kernel's permission for the port (ioperm(2))"),
      Row(
        testDescription: "rdtsc", refusal: .notPermitted, instruction: "rdtsc",
        words: "only with the kernel's permission (prctl(PR_SET_TSC)"),
      Row(
        testDescription: "lgdt", refusal: .privilegedInstruction, instruction: "lgdt (%",
        words: "may not be executed in user mode"),
      Row(
        testDescription: "far-return", site: .nonCanonical, instruction: "lret", operand: nowhere,
        words: "the non-canonical address 0xdeadbeefdeadbeef, in 'lret'"),
      Row(
        testDescription: "interrupt-return", site: .nonCanonical, instruction: "iretq",
        operand: nowhere, words: "the non-canonical address 0xdeadbeefdeadbeef, in 'iretq'"),
      Row(
        testDescription: "far-return-to-selector", refusal: .badSelector, instruction: "lret",
        words: "loads a bad segment selector"),
      Row(
        testDescription: "far-jump", refusal: .badSelector, instruction: "ljmp *",
        words: "loads a bad segment selector"),
      // User mode may raise it, and it stands before the program counter.
      Row(
        testDescription: "overflow-interrupt", refusal: .overflowInterrupt, instruction: "int $0x4",
        words: "'int $0x4' raises the exception for an overflow"),
      Row(
        testDescription: "selector", refusal: .badSelector, instruction: "mov %",
        words: "loads a bad segment selector"),
      Row(
        testDescription: "int", refusal: .softwareInterrupt, instruction: "int $0x81",
        words: "raises an interrupt"),
      // Refused for the value, which nobody has looked at.
      Row(
        testDescription: "ldmxcsr", refusal: .unknown, instruction: "ldmxcsr",
        words: "for a reason that is unknown"),
      Row(
        testDescription: "read", site: .nonCanonical, instruction: "mov (", operand: nowhere,
        words: "the non-canonical address 0xdeadbeefdeadbeef"),
      Row(
        testDescription: "push", signal: .bus, site: .nonCanonical, instruction: "push %rax",
        operand: nowhere - 8, words: "the non-canonical address 0xdeadbeefdeadbee7"),
      Row(
        testDescription: "return", site: .nonCanonical, instruction: "ret", operand: nowhere,
        words: "in 'ret'"),
      Row(
        testDescription: "call", site: .nonCanonical, instruction: "call *%", operand: nowhere,
        words: "the non-canonical address"),
      Row(
        testDescription: "call-through-memory", site: .nonCanonical, instruction: "call *",
        operand: nowhere, words: "the non-canonical address"),
      Row(
        testDescription: "thread-local", site: .nonCanonical, instruction: "mov %fs:(",
        words: "the non-canonical address 0x4000"),
      Row(
        testDescription: "write-itself", site: .mapping, access: .write, instruction: "movb $0x0,",
        words: "write in "),
      Row(
        testDescription: "execute-data", site: .mapping, access: .execute, words: "execute in "),
    ]

    private static func check(_ row: Row, _ report: TrialReport) throws {
      let fault = try #require(report.faults.last)
      #expect(fault.signal == row.signal)
      #expect(fault.site.kind == row.site)
      #expect(fault.refusal == row.refusal)
      if let access = row.access { #expect(fault.access == access) }
      if let text = row.instruction {
        #expect(fault.instruction?.text.hasPrefix(text) == true, "\(fault.instruction?.text ?? "")")
      } else {
        #expect(fault.instruction == nil)
      }
      if let operand = row.operand {
        #expect(fault.instruction?.operandAddress?.value == operand)
      }
      #expect(fault.signalFrame == nil)
    }

    private static func report(_ result: Command.Result) throws -> TrialReport {
      let text = result.output.isEmpty ? result.errors : result.output
      return try #require(
        try JSONDecoder().decode(RunReport.self, from: Data(text.utf8)).trials.first)
    }

    private static func exec(_ arguments: [String]) throws -> Command.Result {
      // Swift's own backtracer would handle the faults of a program that links its runtime.
      try Command().run(["exec"] + arguments, environment: ["SWIFT_BACKTRACE": "enable=no"])
    }

    private static func program() throws -> String { try Command("refused").executable.path }

    @Test(arguments: rows)
    func alive(row: Row) throws {
      let arguments = ["--", try Self.program(), row.testDescription]
      try Self.check(row, Self.report(try Self.exec(["--format", "json"] + arguments)))
      let text = try Self.exec(arguments).errors
      #expect(text.split(separator: "\n").joined(separator: " ").contains(row.words), "\(text)")
    }

    @Test(
      .enabled("the kernel writes no core dump into the folder (kernel.core_pattern)") {
        CoreTests.kernelWritesCores
      }, arguments: rows)
    func asADump(row: Row) throws {
      try CoreTests.withCore(row.testDescription, of: Self.program()) { core in
        try Self.check(row, Self.report(try Command().run(["core", "--format", "json", core])))
      }
    }

    /// The program has touched nothing beyond its stack; the kernel had no room for another signal.
    @Test func frameOfASignalThatDoesNotFit() throws {
      let arguments = ["--", try Self.program(), "frame"]
      let report = try Self.report(try Self.exec(["--format", "json"] + arguments))
      let fault = try #require(report.faults.last)
      #expect(fault.code == "SI_KERNEL")
      #expect(fault.site.kind == .guard)
      #expect(fault.site.owner == .init(kind: .thread, name: "deep"))
      #expect(fault.refusal == .signalFrame)
      let frame = try #require(fault.signalFrame)
      #expect(frame.signal == Signal(14))
      #expect(frame.needed > frame.available && (0...1200).contains(frame.available))
      // With AMX a frame is larger than the guard, and is told to reach through it at most.
      let guardSize = try #require(fault.site.guard).size
      #expect(fault.site.overshoot == min(frame.needed - frame.available, guardSize))
      let text = try Self.exec(arguments).errors
      #expect(text.contains("stack overflow in thread 'deep'"))
      #expect(text.contains("no room for the frame of SIGALRM"))
    }

    /// A dump does not tell which signal it was.
    @Test(
      .enabled("the kernel writes no core dump into the folder (kernel.core_pattern)") {
        CoreTests.kernelWritesCores
      })
    func frameThatDoesNotFitInADump() throws {
      try CoreTests.withCore("frame", of: Self.program()) { core in
        let report = try Self.report(try Command().run(["core", "--format", "json", core]))
        let fault = try #require(report.faults.last)
        #expect(fault.site.kind == .guard)
        #expect(fault.refusal == .signalFrame)
        #expect(fault.signalFrame?.signal == nil && fault.signalFrame != nil)
      }
    }
  }
#endif
