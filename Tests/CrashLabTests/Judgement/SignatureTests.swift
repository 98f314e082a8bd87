import Testing

@testable import CrashLab

/// Pairs of crashes that must have one signature, and pairs that must not.
@Suite struct SignatureTests {
  private static func frame(
    _ symbol: String?, image: String = "/home/u/app", count: Int = 1, offset: Int = 5,
    counter: UInt64 = 1, line: Int = 1
  ) -> UnwindReport.Frame {
    UnwindReport.Frame(
      index: 0, count: count, period: 1, programCounter: Address(counter), symbol: symbol,
      file: symbol.map { "/home/u/\($0).c" }, line: line, image: image, offset: offset,
      frameSize: 32, inlined: [])
  }

  /// A crash as it is usually told.
  private static func crash(
    _ site: FaultSite.Kind, _ frames: [UnwindReport.Frame], program: String = "/bin/app",
    address: UInt64 = 8, thread: Int32 = 7, message: AbortMessage? = nil, signal: Signal = .segv
  ) -> TrialResult {
    var unwind = UnwindReport(
      by: .observer, frameCount: frames.reduce(0) { $0 + $1.count }, complete: true, steps: 0,
      duration: 0, frames: frames)
    unwind.recursion = UnwindReport.Recursion(
      in: frames, frameCount: unwind.frameCount, stackSize: 8 << 20)
    var result = TrialResult(command: [program, "--port", "\(thread)"])
    var site = FaultSite(site)
    if site.isOverflow { site.owner = .init(kind: .thread, name: "w\(thread)") }
    result.faults = [
      Fault(
        code: SignalCode(1, of: signal), address: Address(address),
        programCounter: Address(address), stackPointer: Address(address),
        process: .init(id: thread, relation: .trial), thread: .init(id: thread, name: "w"),
        handled: false, site: site, unwind: unwind, abortMessage: message)
    ]
    return result
  }

  private static func crash(
    _ frames: [UnwindReport.Frame], program: String = "/bin/app",
    address: UInt64 = 8, thread: Int32 = 7
  ) -> TrialResult {
    crash(.nullPage, frames, program: program, address: address, thread: thread)
  }

  private static func recursion(
    _ count: Int, leaf: String = "leaf", entry: String = "main", function: String = "descend"
  ) -> [UnwindReport.Frame] {
    [frame(leaf), frame(function, count: count), frame(entry)]
  }

  /// A crash of an interpreter, whose frames are those of this build of it.
  private static func python(
    _ site: FaultSite.Kind, _ frames: [PythonFrameReport],
    native: [UnwindReport.Frame]? = nil, used: Int? = nil, program: String = "/opt/bin/python3"
  ) -> TrialResult {
    let loop = frame(
      "_PyEval_EvalFrameDefault", image: "/opt/bin/python3.13",
      count: FaultSite(site).isOverflow ? 900 : 1)
    var result = crash(site, native ?? [loop], program: program)
    result.faults[0].unwind?.python = frames
    result.faults[0].site.stackSize = 8 << 20
    result.faults[0].unwind?.pythonStackUsed = used ?? (native == nil ? 8_000_000 : nil)
    return result
  }

  private static func function(
    _ name: String, _ file: String = "/srv/tree.py", line: Int? = 1, count: Int = 1,
    period: Int? = nil
  ) -> PythonFrameReport {
    .init(function: name, file: file, line: line, count: count, period: period)
  }

  struct Pair: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var left: TrialResult
    var right: TrialResult
  }

  static let equal = [
    Pair(
      testDescription: "9,000 and 260,000 rounds",
      left: crash(.guard, recursion(9_000)), right: crash(.guard, recursion(260_000))),
    Pair(
      testDescription: "what the recursion called last",
      left: crash(.guard, recursion(900)), right: crash(.guard, recursion(900, leaf: "other"))),
    Pair(
      testDescription: "in the guard and past it",
      left: crash(.guard, recursion(900)), right: crash(.pastGuard, recursion(900))),
    Pair(
      testDescription: "other addresses, threads and arguments",
      left: crash([frame("parse"), frame("main")]),
      right: crash([frame("parse"), frame("main")], address: 0x10, thread: 99)),
    Pair(
      testDescription: "another build: offsets, lines, folders",
      left: crash([frame("parse"), frame("main")]),
      right: crash(
        [frame("parse", offset: 99, line: 7), frame("main")], program: "/opt/v2/app")),
    Pair(
      testDescription: "parts that an optimizer cut off, Rust's hash",
      left: crash([frame("parse.cold"), frame("app::f::h0123456789abcdef")]),
      right: crash([frame("parse"), frame("app::f::hfedcba9876543210")])),
    Pair(
      testDescription: "system libraries of another version",
      left: crash([frame("memcpy_avx", image: "/lib/libc.so.6"), frame("parse"), frame("main")]),
      right: crash([frame("memcpy_sse", image: "/lib/libc.so.6"), frame("parse"), frame("main")])),
    Pair(
      testDescription: "where a wild pointer leads to",
      left: crash(.unmapped, [frame("parse")]), right: crash(.nonCanonical, [frame("parse")])),
    Pair(
      testDescription: "a recursion that did not overflow, of another depth",
      left: crash([frame("visit"), frame("visit", count: 3), frame("main")]),
      right: crash([frame("visit"), frame("visit", count: 8), frame("main")])),
    Pair(
      testDescription: "numbers in what was said",
      left: crash(
        .notAFault, [frame("check")], message: .init(text: "bad size 17 at 0x7f01"), signal: .abrt),
      right: crash(
        .notAFault, [frame("check")], message: .init(text: "bad size 4 at 0x55aa"), signal: .abrt)),
    Pair(
      testDescription: "Python's recursion, of another depth, line, folder and interpreter",
      left: python(.guard, [function("walk", count: 9_000), function("<module>")]),
      right: python(
        .pastGuard,
        [
          function("dumps", "/usr/lib/python3.14/json/__init__.py"),
          function("walk", "/opt/tree.py", line: 7, count: 26_000),
          function("<module>", "/opt/tree.py"),
        ], native: recursion(700, function: "cfunction_call"), used: 5_000_000)),
    Pair(
      testDescription: "an extension's recursion, beneath any number of functions of Python",
      left: python(.guard, [function("walk", count: 5)], native: recursion(900)),
      right: python(
        .guard, [function("walk", count: 900)], native: recursion(900), used: 100_000)),
    Pair(
      testDescription: "a round of Python that begins elsewhere",
      left: python(
        .guard, [function("f", count: 90, period: 2), function("g", count: 90, period: 2)]),
      right: python(
        .guard, [function("g", count: 80, period: 2), function("f", count: 80, period: 2)])),
    Pair(
      testDescription: "the same function of Python, in another interpreter",
      left: python(.nullPage, [function("load"), function("main")]),
      right: python(
        .nullPage,
        [
          function("string_at", "/usr/lib/python3.11/ctypes/__init__.py"), function("load"),
          function("load", line: 9), function("main"),
        ], native: [frame("PyObject_Vectorcall", image: "/usr/bin/python3.11")],
        program: "/usr/bin/python3.11")),
  ]

  static let different = [
    Pair(
      testDescription: "other functions", left: crash([frame("parse"), frame("main")]),
      right: crash([frame("print"), frame("main")])),
    Pair(
      testDescription: "other callers", left: crash([frame("copy"), frame("read")]),
      right: crash([frame("copy"), frame("write")])),
    Pair(
      testDescription: "null and a wild pointer", left: crash([frame("parse")]),
      right: crash(.unmapped, [frame("parse")])),
    Pair(
      testDescription: "an overflow and a null pointer in the same recursion",
      left: crash(.guard, recursion(900)), right: crash(recursion(900))),
    Pair(
      testDescription: "another recursion", left: crash(.guard, recursion(900)),
      right: crash(.guard, recursion(900, function: "climb"))),
    Pair(
      testDescription: "the same recursion entered from elsewhere",
      left: crash(.guard, recursion(900)), right: crash(.guard, recursion(900, entry: "load"))),
    Pair(
      testDescription: "another program", left: crash([frame("main")]),
      right: crash([frame("main")], program: "/bin/other")),
    Pair(
      testDescription: "something else was said",
      left: crash(
        .notAFault, [frame("check")], message: .init(text: "too large"), signal: .abrt),
      right: crash(
        .notAFault, [frame("check")], message: .init(text: "too small"), signal: .abrt)),
    Pair(
      testDescription: "other places without names",
      left: crash([frame(nil, offset: 16, counter: 1)]),
      right: crash([frame(nil, offset: 48, counter: 1)])),
    Pair(
      testDescription: "other functions of Python in the same interpreter",
      left: python(.nullPage, [function("load")]), right: python(.nullPage, [function("save")])),
    Pair(
      testDescription: "functions of the same name in other files of Python",
      left: python(.nullPage, [function("<module>")]),
      right: python(.nullPage, [function("<module>", "/srv/list.py")])),
    Pair(
      testDescription: "other extensions, called from the same function of Python",
      left: python(.nullPage, [function("load")], native: [frame("parse")]),
      right: python(.nullPage, [function("load")], native: [frame("print")])),
    Pair(
      testDescription: "other recursions of Python",
      left: python(.guard, [function("walk", count: 900)]),
      right: python(.guard, [function("climb", count: 900)])),
    Pair(
      testDescription: "an extension's own recursion and Python's",
      left: python(.guard, [function("walk", count: 900)], native: recursion(900)),
      right: python(.guard, [function("walk", count: 900)])),
  ]

  private static func text(_ result: TrialResult) throws -> String {
    try #require(CrashSignature(result)).text
  }

  @Test(arguments: equal) func isOne(pair: Pair) throws {
    #expect(try Self.text(pair.left) == Self.text(pair.right))
  }

  @Test(arguments: different) func areTwo(pair: Pair) throws {
    #expect(try Self.text(pair.left) != Self.text(pair.right))
  }

  @Test func isPinned() throws {
    #expect(
      try Self.text(Self.crash(.guard, Self.recursion(900))).hasPrefix("overflow-descend-"))
    #expect(
      try Self.text(Self.python(.guard, [Self.function("Tree.walk", count: 900)]))
        .hasPrefix("overflow-tree_py_Tree_walk-"))
  }

  @Test func thereIsNone() {
    #expect(CrashSignature(TrialResult()) == nil)
    #expect(CrashSignature(Self.crash([])) == nil)
  }
}
