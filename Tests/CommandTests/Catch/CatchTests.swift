import Foundation
import Testing

@testable import CrashLab

/// Every crash of the machine, told as `crashlab exec` tells of the same program.
@Suite(
  .serialized,
  .enabled(if: Toolbox.has("gcc") && Toolbox.has("unshare"), "no gcc or no unshare here"),
  .enabled("the machine's core_pattern can't be set") { CatchingMachine.objection == nil })
struct CatchTests {
  /// What must be the same, whichever way it was seen.
  private struct Told: Equatable {
    var signal: Signal
    var code: String
    var site: FaultSite.Kind
    var owner: FaultSite.Owner?
    var stackSize: Int?
    var guardSize: Int?
    var thread: String
    var message: String?
    var signature: String?
    var frames: [String]
    var others: Int?

    init(_ trial: TrialReport) throws {
      let fault = try #require(trial.faults.last)
      signal = fault.signal
      code = fault.code
      site = fault.site.kind
      owner = fault.site.owner
      stackSize = fault.site.stackSize
      guardSize = fault.site.guard?.size
      thread = fault.thread.name
      message = trial.message
      signature = trial.signature
      let isMain = fault.site.kind == .mainStackLimit
      frames =
        fault.unwind?.frames.map {
          isMain ? $0.symbol ?? "?" : "\($0.count) \($0.symbol ?? "?") \($0.line ?? 0)"
        } ?? []
      others = trial.threads?.count
    }
  }

  private static func exec(_ words: [String]) throws -> Told {
    let result = try Command().run(["exec", "--no-keep", "--format", "json", "--"] + words)
    return try Told(
      try #require(
        JSON.value(RunReport.self, from: Array(result.errors.utf8)).trials.first))
  }

  private static func build(_ flags: [String], into folder: String) throws -> String {
    try Toolbox.build("caught.c", with: "gcc", ["-g", "-O1", "-pthread"] + flags, into: folder)
  }

  private static var isLong: Bool { ProcessInfo.processInfo.environment["CRASHLAB_SOAK"] != nil }

  @Test func programsAreToldAsExecTellsThem() throws {
    try CatchingMachine.with { machine in
      let program = try Self.build([], into: machine.folder)
      let memory = Self.isLong ? "2048" : "64"
      for way in ["thread", "main", "coroutine", "null", "abort", "main-has-ended"] {
        let words = [program, way, "as-\(way)"]
        try machine.run(words)
        let report = try machine.report(of: "as-\(way)")
        #expect(try Told(report.file.trial) == Self.exec(words), "\(way)")
        #expect(report.file.trial.command == words)
      }
      for words in [["memory", "as-memory", memory], ["threads", "as-threads", "1000"]] {
        try machine.run([program] + words)
        let told = try Told(machine.report(of: words[1]).file.trial)
        #expect(try told == Self.exec([program] + words), "\(words)")
      }
      try Self.stripped(program, machine)
      try Self.deleted(program, machine)
      try Self.setUser(program, machine)
      try Self.inContainer(machine)
      try Self.elsewhere(machine)
      try Self.tenAtOnce(program, machine)
      let lines = machine.log()
      #expect(lines.count >= 12, "\(lines.count)")
      for line in lines {
        #expect(line.hasPrefix("<27>") && line.contains("; report \(machine.state)/reports/"))
      }
      try Self.listed(machine)
    }
  }

  private static func stripped(_ program: String, _ machine: CatchingMachine) throws {
    let words = ["\(machine.folder)/stripped", "thread", "as-stripped"]
    try placeProgram(program, at: words[0])
    _ = try Command(path: "/usr/bin/strip").run([words[0]])
    try machine.run(words)
    #expect(try Told(machine.report(of: words[2]).file.trial) == exec(words))
  }

  /// The program's file has no name any more, and its names are those of its file.
  private static func deleted(_ program: String, _ machine: CatchingMachine) throws {
    let words = ["\(machine.folder)/deleted", "deleted", "as-deleted"]
    try placeProgram(program, at: words[0])
    let told = try exec(words)
    try placeProgram(program, at: words[0])
    try machine.run(words)
    #expect(try Told(machine.report(of: words[2]).file.trial) == told)
    #expect(told.frames.contains { $0.contains("descend") })
  }

  /// Root alone may read of a program that has more rights than its user; the user of others.
  private static func setUser(_ program: String, _ machine: CatchingMachine) throws {
    let words = ["\(machine.folder)/set-user", "thread", "as-set-user"]
    let nobody: UInt32 = 65534
    try placeProgram(program, at: words[0], mode: "4755")
    for (words, owner) in [(words, 0), ([program, "thread", "as-user"], nobody)] {
      try machine.run(words, as: nobody)
      let report = try machine.report(of: words[2])
      #expect(try Told(report.file.trial) == exec(words))
      var status = stat()
      #expect(stat("\(machine.state)/reports/\(report.name).json", &status) == 0)
      #expect(status.st_uid == owner && status.st_mode & 0o777 == 0o600, "\(words)")
    }
  }

  /// A pid namespace, a user namespace and a root of its own, where nothing lies but the program.
  private static func inContainer(_ machine: CatchingMachine) throws {
    let root = "\(machine.folder)/root"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    let program = try build(["-static", "-w"], into: root)
    let name = program.dropFirst(root.count)
    let words = ["thread", "as-contained"]
    try machine.run(["unshare", "-Urpf", "-R", root, String(name)] + words)
    let report = try #require(
      eventually(within: 30) { machine.contained(words[1], name) != nil }
        ? machine.contained(words[1], name) : nil)
    #expect(try Told(report.file.trial) == exec([program] + words))
    // Its numbers are those of this machine, not of the namespace, where it is the first.
    #expect(report.file.trial.faults.last.map { $0.process.id > 2 && $0.thread.id > 2 } == true)
  }

  /// A handler that only this mount namespace has: the kernel would not find it.
  private static func elsewhere(_ machine: CatchingMachine) throws {
    let settings = try KernelSettings()
    let folder = "\(machine.folder)/elsewhere"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs none "$0" && cp "$1" "$0/c" && \
      exec "$1" catch install --until-reboot -S "$0/s" --program "$0/c"
      """
    let result = try Command(path: "/usr/bin/unshare").run([
      "-m", "--propagation", "private", "sh", "-c", script, folder, Command().executable.path,
    ])
    #expect(result.status == 73 && result.errors.contains("a chroot"), "\(result)")
    #expect(try KernelSettings() == settings)
  }

  private static func tenAtOnce(_ program: String, _ machine: CatchingMachine) throws {
    try machine.run([
      "sh", "-c", "for i in 0 1 2 3 4 5 6 7 8 9; do $0 thread at-once & done; wait", program,
    ])
    #expect(eventually(within: 60) { machine.reports(of: "at-once").count == 10 })
    let told = try machine.reports(of: "at-once").map { try Told($0.file.trial) }
    #expect(told.count == 10 && told.allSatisfy { $0 == told[0] })
  }

  /// `report --caught` lists, groups and shows them.
  private static func listed(_ machine: CatchingMachine) throws {
    let list = try machine.crashlab(["report", "--caught", "-o", machine.state])
    #expect(list.status == 0)
    #expect(list.output.contains("as-threads 1000"))
    #expect(list.output.split(separator: "\n").contains { $0.contains(" ×  overflow-descend-") })
    let name = try machine.report(of: "as-thread").name
    let one = try machine.crashlab(["report", "--caught", name, "-o", machine.state])
    #expect(one.output.contains("stack overflow in thread 'overflower'"))
    // Others' programs may die on this machine, too, and be caught.
    let caught = CaughtReports(in: "\(machine.state)/reports")
    let before = Set(caught.names)
    let lines = try machine.crashlab([
      "report", "--caught", "-o", machine.state, "--format", "otlp",
    ])
    let since = caught.names.count - before.count
    #expect((before.count...before.count + since).contains(lines.output.count { $0 == "\n" }))
    if OpenTelemetry.isThere {
      var signatures: [String?] = []
      _ = caught.visit {
        if before.contains($0.name) { signatures.append($0.file.trial.signature) }
      }
      let records = try OpenTelemetry.records(of: lines.output)
      var told = records.map { $0.attributes["crashlab.signature"] }[...]
      let areThereInOrder = signatures.allSatisfy { signature in
        guard let place = told.firstIndex(of: signature.map { .text($0) }) else { return false }
        told = told[(place + 1)...]
        return true
      }
      #expect(areThereInOrder, "\(signatures) in \(records)")
      for record in records {
        #expect(record.time > 0 && record.time <= UInt64(Date().timeIntervalSince1970 * 1e9))
        #expect(record.resource["host.name"] != nil)
      }
    }
    let missing = try machine.crashlab(["report", "--caught", "../x", "-o", machine.state])
    #expect(missing.status == 66)
    let status = try machine.crashlab(["catch", "status", "-S", machine.state])
    #expect(status.status == 0 && status.output.hasPrefix("crashes are caught"))
  }
}

extension CatchingMachine {
  /// `unshare` dies too, of the same signal, and has the same argument.
  fileprivate func contained(_ mark: String, _ program: Substring) -> CaughtReports.Report? {
    reports(of: mark).first { $0.file.trial.command?.first == String(program) }
  }
}
