import Foundation
import TestSupport
import Testing

@testable import CrashLab

/// Programs that have crashed already: their core dumps, told as `crashlab exec` tells of them.
@Suite struct CoreTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var signal: Signal = .segv
  }

  private static let gdb = "/usr/bin/gdb"

  /// Whether the kernel writes a dump into the folder that a program died in, rather than handing
  /// it to a collector.
  static var kernelWritesCores: Bool {
    let file = "/proc/sys/kernel/core_pattern"
    let text = try? CorePattern.untouched { try String(contentsOfFile: file, encoding: .utf8) }
    guard let pattern = text else { return false }
    return !pattern.hasPrefix("|") && !pattern.contains("/")
  }

  /// Lets the foreign program die in a folder of its own, and gives the path of its dump.
  static func withCore<Value>(
    _ way: String, of program: String? = nil, _ body: (String) throws -> Value
  ) throws -> Value {
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      // A thread of Dispatch blocks SIGABRT, and hands that on to what it starts.
      let unblocked = "perl -MPOSIX -e 'sigprocmask(SIG_SETMASK, POSIX::SigSet->new); exec @ARGV'"
      process.arguments = [
        "-c", "ulimit -c unlimited && exec \(unblocked) \"$0\" \"$1\"",
        try program ?? Command("foreign").executable.path, way,
      ]
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      // Swift's own backtracer would handle the faults of a program that links its runtime.
      process.environment = ["SWIFT_BACKTRACE": "enable=no"]
      process.standardError = FileHandle.nullDevice
      try CorePattern.untouched {
        try process.run()
        process.waitUntilExit()
      }
      let core = try FileManager.default.contentsOfDirectory(atPath: folder).first {
        $0.hasPrefix("core")
      }
      return try body("\(folder)/\(try #require(core, "no dump was written"))")
    }
  }

  /// A test's thread has every signal blocked, and what Foundation starts inherits that: gdb would
  /// wait for its SIGCHLD for ever. Returns the lines of its output.
  static func runWithNoSignalBlocked(
    _ arguments: [String], into file: String
  ) throws -> [Substring] {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = [
      strdup("SWIFT_BACKTRACE=enable=no"), strdup("PATH=/usr/bin:/bin"), nil,
    ]
    defer { for text in words + variables { free(text) } }
    var process = pid_t()
    #expect(
      posix_spawn(&process, arguments[0], &actions, &attributes, &words, &variables) == 0)
    var status: CInt = 0
    waitpid(process, &status, 0)
    return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
  }

  private static func report(_ arguments: [String]) throws -> TrialReport {
    let result = try Command().run(arguments, environment: ["SWIFT_BACKTRACE": "enable=no"])
    // exec writes its report to standard error.
    let text = result.output.isEmpty ? result.errors : result.output
    let report = try JSONDecoder().decode(RunReport.self, from: Data(text.utf8))
    return try #require(report.trials.first)
  }

  /// What must be the same, whichever way it was seen: addresses differ from run to run.
  private struct Told: Equatable, CustomTestStringConvertible {
    var signal: Signal
    var code: String
    var access: Access?
    var site: FaultSite.Kind
    var overshoot: Int?
    var skipped: Int?
    var stackSize: Int?
    var guardKind: Guard.Kind?
    var guardSize: Int?
    var complete: Bool?
    var handled: Bool
    var neverRan: Bool
    var frames: [String]

    var testDescription: String {
      "\(signal) \(code) \(handled) \(neverRan) \(String(describing: access)) \(site) \(overshoot ?? -1) "
        + "\(skipped ?? -1) \(stackSize ?? -1) \(String(describing: guardKind)) \(guardSize ?? -1) "
        + frames.joined(separator: ", ")
    }

    init(_ fault: FaultReport) {
      signal = fault.signal
      code = fault.code
      access = fault.access
      site = fault.site.kind
      // Where the main stack begins is chosen at random, to 16 bytes: another instruction of the
      // same function may be the first that falls off its end.
      let isMain = fault.site.kind == .mainStackLimit
      overshoot = isMain ? nil : fault.site.overshoot
      skipped = isMain ? nil : fault.site.skipped
      stackSize = fault.site.stackSize
      guardKind = fault.site.guard?.kind
      guardSize = fault.site.guard?.size
      handled = fault.handled
      // Of a program without a handler a dump says nothing: it does not know.
      neverRan = fault.reason?.contains("never ran") ?? false
      complete = fault.unwind?.complete
      frames =
        fault.unwind?.frames.map {
          isMain ? $0.symbol ?? "?" : "\($0.count) \($0.symbol ?? "?") \($0.line ?? 0)"
        } ?? []
    }
  }

  @Test(
    .enabled(
      if: kernelWritesCores, "core_pattern hands dumps to a collector, or writes them elsewhere"),
    arguments: [
      Row(testDescription: "thread"), Row(testDescription: "main"),
      Row(testDescription: "step-over"), Row(testDescription: "null"),
      Row(testDescription: "sent"), Row(testDescription: "abort", signal: .abrt),
      Row(testDescription: "no-alternate-stack"),
      Row(testDescription: "handler-aborts", signal: .abrt),
    ])
  func tellsTheSameAsExec(row: Row) throws {
    let live = try CoreTests.report([
      "exec", "--format", "json", "--", try Command("foreign").executable.path,
      row.testDescription,
    ])
    try CoreTests.withCore(row.testDescription) { core in
      let dead = try CoreTests.report(["core", "--format", "json", core])
      #expect(dead.case == nil && dead.verdict == nil)
      #expect(dead.command == [try Command("foreign").executable.path, row.testDescription])
      #expect(dead.termination == .killed(by: row.signal, coreDumped: true))
      #expect(dead.death?.processDied == true)
      #expect(dead.death?.threadsAtFault == live.death?.threadsAtFault)
      #expect(dead.faults.map(Told.init) == live.faults.map(Told.init))
      let fault = try #require(dead.faults.last)
      #expect(fault.unwind?.by == .core)
      #expect(fault.process.relation == .trial)
      let isMain = fault.thread.id == fault.process.id
      #expect(fault.thread.name == (isMain ? "foreign" : ""))
    }
  }

  private static let compiler = "/usr/bin/gcc"

  /// gcc -static leaves the table of the unwind information out.
  @Test(
    .enabled(if: kernelWritesCores, "core_pattern hands dumps to a collector"),
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: compiler), "\(compiler) is not installed"))
  func staticProgramHasAllItsFrames() throws {
    try withTemporaryFolder { folder in
      let source = PackageFolder.file("Tests/Programs/Foreign/main.c")
      let program = "\(folder)/static"
      let build = Process()
      build.executableURL = URL(fileURLWithPath: CoreTests.compiler)
      build.arguments = [
        "-g", "-static", "-pthread", "-D_GNU_SOURCE", "-o", program, source.path,
      ]
      try build.run()
      build.waitUntilExit()
      try #require(build.terminationStatus == 0)
      let live = try CoreTests.report(["exec", "--format", "json", "--", program, "thread"])
      try CoreTests.withCore("thread", of: program) { core in
        let dead = try CoreTests.report(["core", "--format", "json", core])
        #expect(dead.faults.map(Told.init) == live.faults.map(Told.init))
        #expect(
          dead.faults.last?.unwind?.frames.last?.symbol
            == live.faults.last?.unwind?.frames.last?.symbol)
      }
    }
  }

  @Test(.enabled(if: kernelWritesCores, "core_pattern hands dumps to a collector"))
  func textIsThatOfExec() throws {
    try CoreTests.withCore("thread") { core in
      let result = try Command().run(["core", core])
      #expect(result.status == 0)
      #expect(result.output.contains("stack overflow in a thread (8 MiB stack, 4 KiB guard)"))
      #expect(result.output.contains("recursion: descend main.c"))
      #expect(result.output.contains("entered from overflow main.c"))
      #expect(result.output.contains("the whole process died of SIGSEGV (core dumped): 2 threads"))
      #expect(result.errors.isEmpty)
    }
  }

  /// The dump of gdb leaves out the guard; the kernel's answer to the access tells of it.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: gdb), "\(gdb) is not installed"))
  func dumpOfGDBHasTheSameFrames() throws {
    try withTemporaryFolder { folder in
      let core = "\(folder)/core"
      let lines = try CoreTests.runWithNoSignalBlocked(
        ["/usr/bin/timeout", "120", CoreTests.gdb, "-q", "-batch", "-nx"]
          + ["set debuginfod enabled off", "run", "generate-core-file \(core)", "bt -1"].flatMap {
            ["-ex", $0]
          } + ["--args", try Command("foreign").executable.path, "thread"],
        into: "\(folder)/output")
      try #require(FileManager.default.fileExists(atPath: core), "gdb can't trace here: \(lines)")
      let report = try CoreTests.report(["core", "--format", "json", core])
      let fault = try #require(report.faults.last)
      #expect(fault.site.kind == .guard)
      #expect(fault.site.guard?.kind == .mapping)
      #expect(fault.unwind?.complete == true)
      // The last line is of gdb's outermost frame: `#87337 0x… in clone3 …`.
      let last = lines.last { $0.hasPrefix("#") }
      let number = last.flatMap { Int($0.dropFirst().prefix { $0.isNumber }) }
      #expect(number.map { $0 + 1 } == fault.unwind?.frameCount, "\(last ?? "nothing")")
    }
  }

  @Test(.enabled(if: kernelWritesCores, "core_pattern hands dumps to a collector"))
  func programMayBeNamed() throws {
    try CoreTests.withCore("null") { core in
      let foreign = try Command("foreign").executable.path
      let named = try CoreTests.report(["core", "--format", "json", core, foreign])
      #expect(named.faults.last?.unwind?.frames.first?.symbol == "main")
      // Another program, and what is none at all.
      let other = try Command().run(["core", core, "/bin/sh"])
      #expect(other.status == 65)
      #expect(other.errors.contains("/bin/sh is not the program that died"))
      let none = try Command().run(["core", core, "/etc/passwd"])
      #expect(none.status == 65)
      #expect(none.errors.contains("no ELF file"))
      #expect(try Command().run(["core", core, "/no/such/program"]).status == 66)
    }
  }

  /// The program was moved, and another one has its place: no frame gets a wrong name.
  @Test(.enabled(if: kernelWritesCores, "core_pattern hands dumps to a collector"))
  func fileThatHasChangedGivesNoNames() throws {
    try withTemporaryFolder { folder in
      let moved = "\(folder)/moved"
      let program = "\(folder)/program"
      try placeProgram(try Command("foreign").executable.path, at: program)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "ulimit -c unlimited && exec \"$0\" null", program]
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.environment = ["SWIFT_BACKTRACE": "enable=no"]
      try CorePattern.untouched {
        try process.run()
        process.waitUntilExit()
      }
      let core = try #require(
        FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasPrefix("core") })
      try FileManager.default.moveItem(atPath: program, toPath: moved)
      let missing = try Command().run(["core", "\(folder)/\(core)"])
      #expect(missing.status == 0)
      #expect(missing.errors.contains("\(program) is not there any more"))
      #expect(!missing.output.contains("main.c"))
      let other = URL(fileURLWithPath: "/bin/sh").resolvingSymlinksInPath().path
      try FileManager.default.copyItem(atPath: other, toPath: program)
      let replaced = try Command().run(["core", "\(folder)/\(core)"])
      #expect(replaced.status == 0)
      #expect(replaced.errors.contains("\(program) is not the file that was mapped"))
      #expect(!replaced.output.contains("main.c"))
      // Where it is now, it can be named.
      let named = try Command().run(["core", "\(folder)/\(core)", moved])
      #expect(named.output.contains("main.c"))
    }
  }

  @Test(.enabled(if: kernelWritesCores, "core_pattern hands dumps to a collector"))
  func dumpThatWasCutOff() throws {
    try CoreTests.withCore("thread") { core in
      let whole = try Data(contentsOf: URL(fileURLWithPath: core))
      func look(_ size: Int) throws -> Command.Result {
        let file = "\(core).\(size)"
        try whole.prefix(size).write(to: URL(fileURLWithPath: file))
        return try Command().run(["core", file])
      }
      for size in [0, 3, 10, 40, 63, 64, 200, 4000] {
        let result = try look(size)
        #expect(result.status == 65, "\(size) bytes")
        #expect(!result.errors.isEmpty)
      }
      // Headers and notes are there; then ever more of the memory. How large the notes are, the
      // processor decides: with AMX a thread's registers alone take 11 KB.
      let notesEnd = CoreTests.endOfNotes(of: whole)
      for size in [notesEnd, 100_000, 1_000_000, whole.count - 4096] {
        let result = try look(size)
        #expect(result.status == 0, "\(size) bytes: \(result.errors)")
        #expect(result.errors.contains("the dump lacks its last"))
        #expect(result.output.contains("SIGSEGV (SEGV_ACCERR)"))
      }
    }
  }

  /// The offset behind the notes of a 64-bit dump: the kernel's first program header tells of them.
  private static func endOfNotes(of dump: Data) -> Int {
    func word(at offset: Int) -> Int {
      dump.dropFirst(offset).prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let header = word(at: 32)
    return word(at: header + 8) + word(at: header + 32)
  }

  @Test(arguments: [
    ("/no/such/core", 66, "No such file"), ("/etc", 66, "no regular file"),
    ("/etc/passwd", 65, "no ELF file"), ("/bin/sh", 65, "no core dump but a program"),
    ("/dev/null", 66, "no regular file"),
  ])
  func whatIsNoDumpIsSaid(row: (file: String, status: Int32, words: String)) throws {
    let result = try Command().run(["core", row.file])
    #expect(result.status == row.status)
    #expect(result.errors.contains(row.words))
    #expect(result.output.isEmpty)
  }
}
