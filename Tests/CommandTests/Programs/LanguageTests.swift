import Foundation
import Testing

@testable import CrashLab

/// Programs in many languages, built in many ways, under `crashlab exec`: each dies, or lives on, as
/// it is known to, and the trace has as many frames as gdb's.
@Suite struct LanguageTests {
  /// A way to build and run a program.
  struct Row: Sendable, CustomTestStringConvertible {
    var source: String
    var compiler: String
    var flags: [String]
    var arguments: [String] = []
    /// The innermost function of the recursion; nil if there is none.
    var recursion: String? = "descend"
    var testDescription: String {
      ([compiler] + flags + [source] + arguments).joined(separator: " ")
    }

    static func c(_ compiler: String, _ flags: String) -> Row {
      Row(source: "overflow.c", compiler: compiler, flags: words(flags))
    }

    static func array(_ compiler: String, _ flags: String) -> Row {
      Row(
        source: "overflow.c", compiler: compiler, flags: words(flags), arguments: ["array"],
        recursion: nil)
    }

    private static func words(_ text: String) -> [String] {
      text.split(separator: " ").map(String.init) + ["-pthread"]
    }
  }

  /// What `crashlab exec` says of a command.
  struct Seen {
    var status: Int32
    var output: String
    var trial: TrialReport
  }

  static func exec(_ command: [String], in folder: String) throws -> Seen {
    let file = "\(folder)/report.json"
    let result = try Command().run(
      ["exec", "--format", "json", "--report", file, "--"] + command,
      environment: ["SWIFT_BACKTRACE": "enable=no"])
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    let report = try JSONDecoder().decode(RunReport.self, from: bytes)
    return Seen(
      status: result.status, output: result.output, trial: try #require(report.trials.first))
  }

  /// Dies of one fault in the guard of a 64 KiB thread, and gdb counts the same frames.
  private func diesInTheGuard(
    _ row: Row, thread: String = "overflower", signal: Signal = .segv, status: Int32 = 139,
    faults: Int = 1
  ) throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(row.source, with: row.compiler, row.flags, into: folder)
      let command = [program] + row.arguments
      let seen = try LanguageTests.exec(command, in: folder)
      #expect(seen.status == status)
      #expect(seen.trial.termination?.signal == signal)
      #expect(seen.trial.faults.count == faults)
      let fault = try #require(seen.trial.faults.first)
      #expect(fault.signal == .segv)
      #expect(fault.code == "SEGV_ACCERR")
      #expect(fault.thread.name == thread)
      #expect(fault.site.kind == .guard)
      #expect(fault.site.owner == .init(kind: .thread, name: thread))
      #expect(fault.site.guard?.size == 4096)
      #expect(fault.site.overshoot.map { (1...4096).contains($0) } == true)
      try isWhole(fault, as: row, command)
    }
  }

  private func isWhole(_ fault: FaultReport, as row: Row, _ command: [String]) throws {
    let unwind = try #require(fault.unwind)
    #expect(unwind.complete)
    let innermost = unwind.recursion?.functions.first?.symbol
    if let recursion = row.recursion {
      #expect(innermost?.contains(recursion) == true, "\(innermost ?? "nothing")")
    } else {
      #expect(unwind.recursion == nil)
    }
    if Toolbox.has("gdb") {
      #expect(unwind.frameCount == (try Toolbox.framesSeenByGDB(of: command)))
    }
  }

  // MARK: - C

  @Test(
    .enabled(if: Toolbox.has("gcc"), "no gcc here"),
    arguments: [
      Row.c("gcc", "-O1 -fno-omit-frame-pointer"), .c("gcc", "-O2 -fomit-frame-pointer"),
      .c("gcc", "-O2 -fomit-frame-pointer -fstack-clash-protection"), .c("gcc", "-O1 -no-pie"),
      .c("gcc", "-O1 -static-pie"), .c("gcc", "-O1 -static"),
      .array("gcc", "-O1 -fstack-clash-protection"),
    ])
  func cByGCC(row: Row) throws { try diesInTheGuard(row) }

  @Test(
    .enabled(if: Toolbox.has("clang"), "no clang here"),
    arguments: [
      Row.c("clang", "-O1 -fno-omit-frame-pointer"), .c("clang", "-O1 -fomit-frame-pointer"),
      .c("clang", "-O1 -fstack-clash-protection"), .c("clang", "-O1 -static"),
      .c("clang", "-O1 -fuse-ld=lld"), .array("clang", "-O1 -fstack-clash-protection"),
    ])
  func cByClang(row: Row) throws { try diesInTheGuard(row) }

  /// Without probes an array larger than the guard steps over it.
  @Test(.enabled(if: Toolbox.has("gcc"), "no gcc here"))
  func arrayWithoutProbesStepsOver() throws {
    let row = Row.array("gcc", "-O1 -fno-stack-clash-protection")
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(row.source, with: row.compiler, row.flags, into: folder)
      let seen = try LanguageTests.exec([program, "array"], in: folder)
      #expect(seen.status == 139)
      let fault = try #require(seen.trial.faults.first)
      #expect(fault.site.kind == .pastGuard)
      #expect(fault.site.owner == .init(kind: .thread, name: "overflower"))
      #expect(fault.site.skipped.map { (900 << 10...1 << 20).contains($0) } == true)
      try isWhole(fault, as: row, [program, "array"])
    }
  }

  /// Where nothing tells how to unwind, the trace is said to be incomplete; the site is known.
  @Test(.enabled(if: Toolbox.has("gcc"), "no gcc here"))
  func codeWithoutUnwindInformation() throws {
    try withTemporaryFolder { folder in
      let flags = [
        "-O1", "-fomit-frame-pointer", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables",
        "-pthread",
      ]
      let program = try Toolbox.build("overflow.c", with: "gcc", flags, into: folder)
      let fault = try #require(try LanguageTests.exec([program], in: folder).trial.faults.first)
      #expect(fault.site.kind == .guard)
      #expect(fault.site.owner == .init(kind: .thread, name: "overflower"))
      #expect(fault.unwind?.complete == false)
    }
  }

  // MARK: - Other languages

  @Test(.enabled(if: Toolbox.has("g++"), "no g++ here"), arguments: ["handler", "destructor"])
  func exceptionsInTheTrace(way: String) throws {
    try diesInTheGuard(
      Row(
        source: "exceptions.cpp", compiler: "g++", flags: ["-O1", "-pthread"], arguments: [way],
        recursion: way == "handler" ? "handle(int)" : "unwind(int)"))
  }

  @Test func swift() throws {
    try diesInTheGuard(
      Row(source: "overflow.swift", compiler: "swiftc", flags: ["-O"]), thread: "program")
  }

  @Test(.enabled(if: Toolbox.has("rustc"), "no rustc here"))
  func rustThread() throws {
    try diesInTheGuard(
      Row(source: "overflow.rs", compiler: "rustc", flags: ["-O"], arguments: ["thread"]),
      signal: .abrt, status: 134, faults: 2)
  }

  /// Rust's handler says a line and aborts: the fault before is the cause.
  @Test(.enabled(if: Toolbox.has("rustc"), "no rustc here"))
  func rustMainThread() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build("overflow.rs", with: "rustc", ["-O"], into: folder)
      let seen = try LanguageTests.exec([program], in: folder)
      #expect(seen.status == 134)
      #expect(seen.trial.faults.map(\.signal) == [.segv, .abrt])
      #expect(seen.trial.faults.map(\.site.kind) == [.mainStackLimit, .notAFault])
      #expect(seen.trial.faults.map(\.handled) == [true, false])
      let unwind = try #require(seen.trial.faults[0].unwind)
      #expect(unwind.complete)
      #expect(unwind.recursion?.functions.first?.symbol?.contains("descend") == true)
    }
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: Toolbox.python), "no python3 here"))
  func python() throws {
    try withTemporaryFolder { folder in
      let command = [Toolbox.python, Toolbox.sources + "deep.py"]
      let seen = try LanguageTests.exec(command, in: folder)
      #expect(seen.status == 139)
      let fault = try #require(seen.trial.faults.first)
      #expect(fault.site.kind == .guard)
      #expect(fault.site.owner == .init(kind: .thread, name: "python3"))
      #expect(fault.unwind?.complete == true)
      if Toolbox.has("gdb") {
        #expect(fault.unwind?.frameCount == (try Toolbox.framesSeenByGDB(of: command)))
      }
    }
  }

  /// The virtual machine turns each overflow into an error: it is not disturbed.
  @Test(.enabled(if: Toolbox.has("javac") && Toolbox.has("java"), "no Java here"))
  func java() throws {
    try withTemporaryFolder { folder in
      let compiler = Command(path: Toolbox.find("javac")!)
      #expect(try compiler.run(["-d", folder, Toolbox.sources + "Deep.java"]).status == 0)
      let seen = try LanguageTests.exec(
        [Toolbox.find("java")!, "-cp", folder, "Deep"], in: folder)
      #expect(seen.status == 0)
      #expect(seen.output == "caught 20\n")
      let handled = seen.trial.counters.first { $0.name == "faults handled by the program" }
      #expect(handled.map { $0.value >= 20 } == true)
    }
  }

  // MARK: - Libraries

  @Test(.enabled(if: Toolbox.hasHeader("sigsegv.h"), "no libsigsegv here"))
  func libsigsegv() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "sigsegv.c", with: "gcc", ["-O1", "-lsigsegv"], into: folder)
      let seen = try LanguageTests.exec([program], in: folder)
      #expect(seen.status == 0)
      #expect(seen.output == "2 overflows, 1 faults\n")
      #expect(
        seen.trial.counters == [.init(name: "faults handled by the program", value: 3)])
    }
  }

  @Test(
    .enabled(if: Toolbox.hasHeader("boost/context/fiber.hpp"), "no Boost.Context here"))
  func boostContext() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "context.cpp", with: "g++", ["-O1", "-lboost_context"], into: folder)
      let seen = try LanguageTests.exec([program], in: folder)
      #expect(seen.status == 139)
      let fault = try #require(seen.trial.faults.first)
      #expect(fault.site.kind == .guard)
      // The main thread runs on a stack that is not its own.
      #expect(fault.site.owner?.kind == .coroutine)
      #expect(fault.site.guard?.size == 4096)
      let unwind = try #require(fault.unwind)
      // Its outermost frame is Boost's trampoline, for which there is no unwind information and
      // which no call entered: nothing proves that it is the end.
      #expect(!unwind.complete)
      if Toolbox.has("gdb") {
        #expect(unwind.frameCount == (try Toolbox.framesSeenByGDB(of: [program])))
      }
    }
  }
}
