import Foundation
import TestSupport
import Testing

@testable import CrashLab
@testable import CrashLabText

/// What a report says of a fault that is no overflow, and of several of them.
@Suite struct FaultTextTests {
  private static func frame(_ index: Int, _ symbol: String, image: String = "/bin/x")
    -> UnwindReport.Frame
  {
    UnwindReport.Frame(
      index: index, count: 1, period: 1,
      programCounter: Address(UInt64(symbol.utf8.reduce(0x4000) { $0 * 3 + Int($1) })),
      symbol: symbol, file: "/src/\(symbol).c", line: 7, column: 3, image: image, offset: 12,
      frameSize: 32, inlined: [])
  }

  private static func fault(
    _ signal: Signal, _ code: String, _ site: FaultSite, frames: [String] = [],
    instruction: String? = nil, handled: Bool = false, isSent: Bool = false
  ) -> FaultReport {
    FaultReport(
      signal: signal, code: code, address: Address(0x7f12_3456), access: .read,
      programCounter: Address(0x5500_0000_1000), stackPointer: Address(0x7fff_f000),
      process: .init(id: 7, relation: .trial), thread: .init(id: 7, name: "x"), handled: handled,
      handlerOutcome: handled ? nil : .notInstalled,
      reason: handled ? nil : "no handler is installed",
      sender: isSent ? .init(process: 7, user: 0, relation: .itself, name: nil) : nil, site: site,
      unwind: frames.isEmpty
        ? nil
        : UnwindReport(
          by: .observer, frameCount: frames.count, complete: true, steps: 0, duration: 1,
          frames: frames.enumerated().map { frame($0.offset, $0.element) }),
      instruction: instruction.map { .init(text: $0, operandAddress: nil) })
  }

  struct Row: Sendable {
    var fault: FaultReport
    var words: String
  }

  @Test(arguments: [
    Row(
      fault: fault(.bus, "BUS_ADRERR", FaultSite(.mapping, mapping: "/tmp/data")),
      words: "SIGBUS (BUS_ADRERR): read at 0x7f123456 in /tmp/data, where the kernel had no page "
        + "to give: the file ends before it, has no space left, or could not be read"),
    Row(
      fault: fault(.bus, "BUS_ADRERR", FaultSite(.mapping, mapping: "anonymous rw-p")),
      words: "SIGBUS (BUS_ADRERR): read at 0x7f123456 in anonymous rw-p, where the kernel had no "
        + "page to give: the memory is broken, or somebody else was to fill it (userfaultfd(2))"),
    Row(
      fault: fault(.abrt, "SI_TIMER", FaultSite(.notAFault)),
      words: "SIGABRT (SI_TIMER), sent by a timer (timer_create(2))"),
    Row(
      fault: fault(.segv, "SEGV_ACCERR", FaultSite(.mapping, mapping: "/tmp/data")),
      words: "SIGSEGV (SEGV_ACCERR): read in /tmp/data, which does not permit it"),
    Row(
      fault: fault(.segv, "SEGV_MAPERR", FaultSite(.unmapped)),
      words: "SIGSEGV (SEGV_MAPERR): read at 0x7f123456, where nothing is mapped"),
    Row(
      fault: fault(.ill, "ILL_ILLOPN", FaultSite(.notAFault), instruction: "ud2"),
      words: "SIGILL (ILL_ILLOPN): ud2, which a compiler puts where a check has failed or where no "
        + "way leads (__builtin_trap)"),
    Row(
      fault: fault(.ill, "ILL_ILLOPN", FaultSite(.notAFault), instruction: "nop"),
      words: "SIGILL (ILL_ILLOPN), not a memory fault"),
    Row(
      fault: fault(.fpe, "FPE_INTDIV", FaultSite(.notAFault)),
      words: "SIGFPE (FPE_INTDIV): an integer was divided by zero, or the quotient has no room in "
        + "its register"),
  ])
  func headline(row: Row) { #expect(row.fault.headline == row.words) }

  private static func text(_ faults: [FaultReport], _ detail: TrialText.Detail) throws -> String {
    let file = PackageFolder.file("Tests/Runs/debug-8-mib.json")
    let report = try JSON.value(RunReport.self, from: Array(Data(contentsOf: file)))
    var trial = try #require(report.trials.first)
    trial.faults = faults
    return TrialText(theme: .plain, width: 80, detail: detail)
      .whole(trial, machine: report.machine)
  }

  private static let chain = ["leaf", "work", "main", "_start"]

  /// The frames that a handler was called from are told once, and so is whose they are.
  @Test func framesOfTheFaultBeforeAreNotRepeated() throws {
    let first = Self.fault(
      .segv, "SEGV_MAPERR", FaultSite(.unmapped), frames: Self.chain, handled: true)
    let second = Self.fault(
      .abrt, "SI_TKILL", FaultSite(.notAFault), frames: ["raise", "handler"] + Self.chain,
      isSent: true)
    let text = try Self.text([first, second], .screen)
    #expect(text.contains("handler at handler.c:7:3\n…  then the 4 frames of fault 1\n") == false)
    #expect(text.contains("…  then the 4 frames of fault 1\n"))
    #expect(text.ranges(of: "work + 12").count == 1)
    #expect(text.ranges(of: "\n  in leaf leaf.c:7\n").count == 1)
    #expect(text.contains("its handler ran\nfault 2: ") || text.contains("  its handler ran\n"))
    #expect(text.contains("no handler of SIGABRT is installed\n"))
    // A signal that was sent has no address.
    #expect(text.ranges(of: "address 0x").count == 1)
    let again = try Self.text([first, first], .screen)
    #expect(again.contains("frames of fault 2\n…  the 4 frames of fault 1\n"))
    #expect(try Self.text([first, second], .everything).ranges(of: "work + 12").count == 2)
    // Another chain is no repetition.
    let other = Self.fault(
      .abrt, "SI_TKILL", FaultSite(.notAFault), frames: ["raise", "other", "main", "_start"])
    #expect(try Self.text([first, other], .screen).ranges(of: "_start + 12").count == 2)
  }

  /// A line that says that one frame is left out takes the room of the frame.
  @Test(arguments: [(48, 0), (49, 0), (50, 1)])
  func oneFrameIsNotLeftOut(count: Int, marks: Int) throws {
    let fault = Self.fault(
      .segv, "SEGV_MAPERR", FaultSite(.unmapped), frames: (0..<count).map { "f\($0)" })
    let unwind = try #require(fault.unwind)
    let text = FrameLines(theme: .plain, width: 100).text(of: unwind)
    #expect(text.ranges(of: "entries more").count == marks)
    #expect(!text.contains("not known"))
  }

  @Test func anEndThatIsNoneIsSaid() throws {
    let fault = Self.fault(.segv, "SEGV_MAPERR", FaultSite(.unmapped), frames: ["a", "b"])
    var unwind = try #require(fault.unwind)
    unwind.complete = false
    let text = FrameLines(theme: .plain, width: 100).text(of: unwind)
    #expect(text.hasSuffix("\n…  what called this is not known\n"))
  }

  /// An interpreter is not what has failed: the program is what it ran.
  @Test func theFunctionOfPythonIsTheProgram() throws {
    var fault = Self.fault(.segv, "SEGV_MAPERR", FaultSite(.nullPage), frames: ["strlen"])
    fault.unwind?.frames = [Self.frame(0, "call", image: "/opt/bin/python3.11")]
    fault.unwind?.python = [
      .init(function: "string_at", file: "/opt/lib/python3.11/ctypes/__init__.py", line: 5),
      .init(function: "Reader.next", file: "/srv/reader.py", line: 12),
    ]
    let text = CulpritText(theme: .plain, width: 80).text(of: fault)
    #expect(text == "  in Python: Reader.next reader.py:12\n")
    fault.unwind?.frames = [Self.frame(0, "parse", image: "/srv/parser.so")]
    let both = CulpritText(theme: .plain, width: 80).text(of: fault)
    #expect(both == "  in parse parse.c:7\n" + text)
  }

  @Test func aRoundOfPython() throws {
    var fault = Self.fault(.segv, "SEGV_MAPERR", FaultSite(.guard), frames: ["call"])
    fault.unwind?.python = [
      .init(function: "f", file: "/srv/t.py", line: 4, count: 900, period: 3),
      .init(function: "f", file: "/srv/t.py", line: 6, count: 900, period: 3),
      .init(function: "<lambda>", file: "/srv/t.py", line: 5, count: 900, period: 3),
      .init(function: "<module>", file: "/srv/t.py", line: 7),
    ]
    fault.site.stackSize = 8 << 20
    fault.unwind?.pythonStackUsed = 4 << 20
    #expect(
      CulpritText(theme: .plain, width: 80).text(of: fault).contains(
        "  recursion in Python: f t.py:4, <lambda> t.py:5, 2,700 of 2,701 frames,\n    50.0 % of the stack\n"
      ))
    #expect(
      try Self.text([fault], .usual).contains(
        """
        python
          f t.py:4 ┐
          f t.py:6 │
          <lambda> t.py:5 ┘ × 900
          <module> t.py:7

        """))
  }

  /// What was inlined without a line is a compiler's making.
  @Test func aFailedCheckOfSwift() throws {
    var inlined = Self.frame(0, "main")
    inlined.inlined = [
      .init(symbol: "Swift runtime failure: Index out of range", file: nil, line: nil, column: nil),
      .init(symbol: "specialized Array.subscript.getter", file: nil, line: nil, column: nil),
      .init(symbol: "Table.first(_:)", file: "/src/Table.swift", line: 3, column: 37),
    ]
    #expect(OwnCode.all(in: [inlined]).map(\.function.symbol) == ["Table.first(_:)", "main"])
  }
}
