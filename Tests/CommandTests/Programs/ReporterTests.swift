import Foundation
import TestSupport
import Testing

@testable import CrashLab

/// The reporter inside programs that know nothing of it: what it says, and that they die and live as
/// without it.
@Suite(.enabled(if: Toolbox.has("clang"), "no clang here")) struct ReporterTests {
  /// The library and the programs, built once.
  struct Built: Sendable {
    var library: String
    var program: String

    /// Beside the tests, so that they go as those do.
    static let result = Result { () throws -> Built in
      let folder =
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        + "/reported"
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      let library = "\(folder)/libcrashlab-report.so"
      let script = PackageFolder.file(".github/build-reporter").path
      let made = try Command(path: script).run([library])
      if made.status != 0 { throw Toolbox.Failed(description: made.errors) }
      let program = try Toolbox.build(
        "in-production.c", with: "clang",
        ["-D_GNU_SOURCE", "-g", "-O1", "-pthread", "-Wno-infinite-recursion"], into: folder)
      return Built(library: library, program: program)
    }
  }

  private func environment(
    report: String? = nil, helper: String? = nil
  ) throws -> [String: String] {
    [
      "LD_PRELOAD": try Built.result.get().library,
      "CRASHLAB_HELPER": try helper ?? Command().executable.path,
      "CRASHLAB_REPORT": report ?? "stderr",
      // It would have handlers in a program that links Swift's runtime.
      "SWIFT_BACKTRACE": "enable=no",
    ]
  }

  /// The one report of a folder.
  private func report(in folder: String) throws -> TrialReport {
    let runs = RunFolder.list(in: folder)
    try #require(runs.count == 1)
    return try #require(RunFolder.trials(in: "\(folder)/\(runs[0])").files.first?.trial)
  }

  // MARK: - What it says

  /// As `exec` tells it of the same program, and the same end.
  private func isTold(_ command: [String], in folder: String) throws -> TrialReport {
    let bare = try Command(path: command[0]).run(
      Array(command.dropFirst()), environment: ["SWIFT_BACKTRACE": "enable=no"])
    let told = try LanguageTests.exec(command, in: folder).trial
    let reports = "\(folder)/reports"
    let result = try Command(path: command[0]).run(
      Array(command.dropFirst()), environment: try environment(report: "folder:\(reports)"))
    #expect(result.status == bare.status)
    #expect(result.output == bare.output && result.errors == bare.errors)
    let trial = try report(in: reports)
    let fault = try #require(trial.faults.last)
    let other = try #require(told.faults.last)
    #expect(fault.signal == other.signal && fault.code == other.code)
    #expect(fault.site.kind == other.site.kind && fault.site.owner == other.site.owner)
    #expect(fault.site.stackSize == other.site.stackSize)
    #expect(fault.site.guard?.size == other.site.guard?.size)
    #expect(fault.thread.name == other.thread.name)
    #expect(fault.access == other.access && fault.handlerOutcome == other.handlerOutcome)
    #expect(fault.sender?.relation == other.sender?.relation)
    #expect(fault.unwind?.complete == true)
    #expect(trial.signature == told.signature)
    #expect(trial.threads?.count == told.threads?.count)
    #expect(trial.termination == nil)
    return trial
  }

  @Test(arguments: ["thread", "main", "abort", "main-has-ended"])
  func foreignProgramIsTold(way: String) throws {
    try withTemporaryFolder { folder in
      _ = try isTold([try Command("foreign").executable.path, way], in: folder)
    }
  }

  @Test(arguments: ["coroutine", "crowd", "null", "stack"])
  func serverIsTold(way: String) throws {
    try withTemporaryFolder { folder in
      let trial = try isTold([try Built.result.get().program, way], in: folder)
      if way == "crowd" { #expect(trial.threads?.count == 999) }
    }
  }

  /// No symbols, and no file any more.
  @Test(.enabled(if: Toolbox.has("strip"), "no strip here"))
  func strippedAndDeletedProgramIsTold() throws {
    try withTemporaryFolder { folder in
      let copy = "\(folder)/stripped"
      let made = try Command(path: try #require(Toolbox.find("strip")))
        .run(["-o", copy, try Built.result.get().program])
      try #require(made.status == 0)
      let result = try Command(path: "/bin/sh").run(
        ["-c", "exec 3<'\(copy)'; rm '\(copy)'; exec /proc/self/fd/3 coroutine"],
        environment: try environment(report: "folder:\(folder)/reports"))
      #expect(result.status == SIGSEGV)
      let fault = try #require(try report(in: "\(folder)/reports").faults.first)
      #expect(fault.site.kind == .guard && fault.site.owner?.kind == .coroutine)
      #expect(fault.unwind?.complete == true)
    }
  }

  @Test func wordsGoToStandardError() throws {
    let program = try Command("foreign").executable.path
    let result = try Command(path: program).run(["thread"], environment: try environment())
    #expect(result.errors.contains("stack overflow in thread 'overflower'"))
    #expect(result.errors.contains("recursion: descend main.c"))
    #expect(result.errors.contains("it dies of SIGSEGV, with 2 threads"))
  }

  /// Both fault at once: one is told, with the other beside it.
  @Test func oneOfTwoCrashesIsTold() throws {
    let program = try Built.result.get().program
    let result = try Command(path: program).run(["twice"], environment: try environment())
    #expect(result.status == SIGSEGV)
    #expect(result.errors.split(separator: "it dies of").count == 2)
  }

  @Test func childOfForkIsTold() throws {
    let program = try Built.result.get().program
    let result = try Command(path: program).run(["forked"], environment: try environment())
    #expect(result.status == SIGSEGV)
    #expect(result.errors.contains("stack overflow in thread 'overflower'"))
  }

  /// A program that installs it itself: threads of Dispatch and of Swift's pool are covered.
  @Test(arguments: [
    ("dispatch", FaultSite.Kind.guard), ("task", .guard), ("main", .mainStackLimit),
    ("trap", .notAFault),
  ])
  func swiftProgramTells(way: String, site: FaultSite.Kind) throws {
    try withTemporaryFolder { folder in
      let program = try Command("reporting").executable.path
      let result = try Command(path: program).run(
        [way, "\(folder)/reports"],
        environment: ["CRASHLAB_HELPER": try Command().executable.path])
      #expect(result.status == (way == "trap" ? SIGILL : SIGSEGV))
      let fault = try #require(try report(in: "\(folder)/reports").faults.first)
      #expect(fault.site.kind == site)
      #expect(fault.unwind?.complete == true)
      if way != "trap" {
        let function = fault.unwind?.recursion?.functions.first?.symbol
        #expect(function?.contains("depth") == true, "\(function ?? "nothing")")
      }
    }
  }

  /// In the program, executed anew with the same arguments.
  @Test func closureGetsTheReport() throws {
    let result = try Command("reporting").run(
      ["closure", "", "x"], environment: ["CRASHLAB_HELPER": try Command().executable.path])
    #expect(result.status == SIGSEGV)
    let start = try #require(result.errors.firstIndex(of: "{"))
    #expect(result.errors[..<start].hasPrefix("the closure got "))
    let report = try JSONDecoder().decode(RunReport.self, from: Data(result.errors[start...].utf8))
    let trial = try #require(report.trials.first)
    #expect(trial.command?.last == "x")
    #expect(trial.faults.first?.site.kind == .mainStackLimit)
  }

  @Test func secondInstallationIsRefused() throws {
    let result = try Command("reporting").run(["again"])
    #expect(result.status == 0)
  }

  // MARK: - Without the helper

  @Test(arguments: [
    ("thread", "bytes below the limit of the thread's stack (8388608 bytes), in its guard of 4096"),
    ("main", "bytes below the limit of the main stack (8388608 bytes)"),
    ("null", "crashlab: the address lies in the page of address 0"),
    ("abort", "crashlab: SIGABRT sent by process "),
    ("step-over", "crashlab: the address lies in "),
  ])
  func handlerTellsByItself(way: String, words: String) throws {
    let program = try Command("foreign").executable.path
    let result = try Command(path: program).run(
      [way], environment: try environment(helper: "/does/not/exist"))
    #expect(result.status == (way == "abort" ? SIGABRT : SIGSEGV))
    #expect(result.errors.contains(words), "\(result.errors)")
    // abort(3) has no frame pointers that lead out of the C library.
    #expect(way == "abort" || result.errors.contains(" in \(program) + 0x"))
    if way == "thread" {
      let folded = result.errors.firstMatch(of: /\/foreign \+ 0x[0-9a-f]+ x ([0-9]+)/)
      #expect(folded.flatMap { Int($0.1) } ?? 0 > 10_000)
    }
  }

  @Test func handlerFindsTheStackOfACoroutine() throws {
    let result = try Command(path: try Built.result.get().program).run(
      ["coroutine"], environment: try environment(helper: "/does/not/exist"))
    #expect(result.status == SIGSEGV)
    #expect(
      result.errors.contains(
        "bytes below the limit of a stack that is not the thread's own (a coroutine's?) "
          + "(65536 bytes), in its guard of 4096 bytes"), "\(result.errors)")
  }

  /// A helper that is none.
  @Test(arguments: ["/bin/true", "/bin/sh"]) func helperMayFail(helper: String) throws {
    let program = try Command("foreign").executable.path
    let result = try Command(path: program).run(
      ["null"], environment: try environment(helper: helper))
    #expect(result.status == SIGSEGV)
    #expect(result.errors.contains("crashlab: SIGSEGV (SEGV_MAPERR) at 0x0"))
  }

  @Test(arguments: [
    ("off", ""),
    ("folder:relative", "crashlab: CRASHLAB_REPORT is none of: off, stderr, folder:/PATH\n"),
  ])
  func reportMayBeOff(report: String, words: String) throws {
    let program = try Command("foreign").executable.path
    let result = try Command(path: program).run(
      ["null"], environment: try environment(report: report))
    #expect(result.status == SIGSEGV && result.errors == words)
  }

  // MARK: - Who has handlers keeps them

  @Test(arguments: ["handled", "handler-exits", "no-alternate-stack", "ignores-what-is-sent"])
  func programKeepsItsHandler(way: String) throws {
    let program = try Command("foreign").executable.path
    let bare = try Command(path: program).run(
      [way], environment: ["SWIFT_BACKTRACE": "enable=no"])
    let result = try Command(path: program).run([way], environment: try environment())
    #expect(result.status == bare.status && result.output == bare.output)
    #expect(!result.errors.contains("it dies of") || way == "no-alternate-stack")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: Toolbox.python), "no Python here"))
  func faultHandlerOfPythonTells() throws {
    let arguments = ["-X", "faulthandler", "-c", "import ctypes; ctypes.string_at(0)"]
    let bare = try Command(path: Toolbox.python).run(arguments)
    let result = try Command(path: Toolbox.python).run(
      arguments, environment: try environment())
    #expect(result.status == bare.status && result.status == SIGSEGV)
    #expect(result.errors.hasPrefix("Fatal Python error: Segmentation fault"))
  }

  @Test(.enabled(if: Toolbox.has("rustc"), "no rustc here"))
  func handlerOfRustTells() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build("overflow.rs", with: "rustc", [], into: folder)
      let result = try Command(path: program).run(["thread"], environment: try environment())
      #expect(result.status == SIGABRT)
      #expect(result.errors.contains("has overflowed its stack"))
      #expect(result.errors.contains("it dies of SIGABRT"))
    }
  }

  /// One that forbids itself system calls is left alone: those of the handler would kill it.
  @Test func filteredProgramDiesOfItsOwnSignal() throws {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build("filtered.c", with: "clang", [], into: folder)
      let result = try Command(path: program).run([], environment: try environment())
      #expect(result.status == SIGSEGV && result.errors.isEmpty)
    }
  }

  // MARK: - The end

  /// The wait status, with the bit of the core dump, as a parent sees it.
  @Test(.enabled(if: Toolbox.has("perl"), "no perl here"), arguments: ["null", "abort", "sent"])
  func waitStatusIsTheSame(way: String) throws {
    try withTemporaryFolder { folder in
      let program = try Command("foreign").executable.path
      let script = "ulimit -c unlimited; cd '\(folder)'; exec perl -e 'system(@ARGV); print $?' "
      let bare = try Command(path: "/bin/sh").run(
        ["-c", script + "'\(program)' \(way)"], environment: ["SWIFT_BACKTRACE": "enable=no"])
      let settings = try environment().map { "'\($0)=\($1)'" }.joined(separator: " ")
      let result = try Command(path: "/bin/sh").run(
        ["-c", script + "env \(settings) '\(program)' \(way)"])
      #expect(!bare.output.isEmpty && result.output == bare.output)
    }
  }

  @Test(arguments: [
    ["sh", "-c", "for i in 1 2 3; do echo $i | cat; done; exit 3"],
    ["bash", "-c", "trap 'echo trapped' USR1; kill -USR1 $$; (exit 4); echo $?"],
    ["perl", "-e", "print join(',', map { $_ ** 2 } 1..9); exit 5"],
    ["awk", "BEGIN { for (i = 0; i < 5; i++) print i * i }"],
    ["sort", "-r", "/etc/passwd"],
    ["git", "--version"],
    ["sqlite3", ":memory:", "select sum(value) from generate_series(1, 1000)"],
    [
      "python3", "-c", "import threading, ssl; threading.Thread(target=print, args=('a',)).start()",
    ],
    ["gcc", "--version"],
    ["find", "/etc/passwd", "-printf", "%s"],
  ])
  func healthyProgramIsAsBefore(command: [String]) throws {
    guard let program = Toolbox.find(command[0]) else { return }
    let arguments = Array(command.dropFirst())
    let bare = try Command(path: program).run(arguments)
    let result = try Command(path: program).run(arguments, environment: try environment())
    #expect(result.status == bare.status)
    #expect(result.output == bare.output && result.errors == bare.errors)
  }
}
