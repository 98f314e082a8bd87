import Foundation
import TestSupport
import Testing

@testable import CrashLab

/// Crashing programs that mean harm, and what else may go wrong between a crash and its report.
@Suite(
  .serialized, .enabled(if: Toolbox.has("gcc"), "no gcc here"),
  .enabled("the machine's core_pattern can't be set") { CatchingMachine.objection == nil })
struct HostileCatchTests {
  private static func build(into folder: String) throws -> String {
    try Toolbox.build("caught.c", with: "gcc", ["-g", "-O1", "-pthread"], into: folder)
  }

  /// Names and arguments with escapes, a line end and a second line; very many mappings.
  @Test func namesAndNumbersAreBounded() throws {
    try CatchingMachine.with { machine in
      let program = try Self.build(into: machine.folder)
      try machine.run([program, "named", "\u{1B}[2J\n<0>evil"])
      try machine.run([program, "mappings", "as-mapped", "40000"])
      let named = try machine.report(of: "\u{1B}[2J\n<0>evil")
      #expect(named.file.trial.threads?.contains { $0.name.contains("\u{1B}") } == true)
      #expect(try machine.report(of: "as-mapped").file.trial.faults.last?.site.kind == .guard)
      let text = try machine.crashlab(["report", "--caught", named.name, "-o", machine.state])
      let list = try machine.crashlab(["report", "--caught", "-o", machine.state])
      for output in machine.log() + [text.output]
        + list.output.split(separator: "\n").map(String.init)
      {
        #expect(!output.contains("\u{1B}") && !output.contains("\n<0>"), "\(output)")
      }
    }
  }

  @Test func floodIsCounted() throws {
    let (most, crashes) = (3, 40)
    try CatchingMachine.with(["--per-minute", "\(most)"]) { machine in
      let program = try Self.build(into: machine.folder)
      try machine.run([program, "flood", "flooding", "\(crashes)"])
      func counts() throws -> CatchCounts { CatchCounts.read(in: try CatchFolder(machine.state)) }
      #expect(
        eventually(within: 30) {
          (try? counts()).map { $0.reports + $0.dropped + $0.failed >= crashes } ?? false
        })
      // More than a minute may pass on a busy machine.
      let seen = try counts()
      #expect(seen.dropped > 0 && seen.reports >= most && seen.failed == 0, "\(seen)")
      #expect(machine.reports(of: "flooding").count == seen.reports)
    }
  }

  /// A crash loop: no more than is kept stays, and nothing else.
  @Test func restartsAreBounded() throws {
    let count = Int(ProcessInfo.processInfo.environment["CRASHLAB_SOAK"] ?? "") == nil ? 12 : 1000
    let kept = 5
    try CatchingMachine.with(["--keep", "\(kept)"]) { machine in
      let program = try Self.build(into: machine.folder)
      try machine.run([program, "flood", "looping", "\(count)"])
      #expect(
        eventually(within: 60) {
          let counts = (try? CatchFolder(machine.state)).map { CatchCounts.read(in: $0) }
          return counts.map { $0.reports + $0.failed >= count } ?? false
        })
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(machine.state)/reports")
      #expect(files.count == kept, "\(files)")
    }
  }

  /// What lies under the number of the process that crashed is something else: nothing of it is told.
  @Test func replacedProcessIsNotRead() throws {
    try CatchingMachine.with { machine in
      let program = try Self.build(into: machine.folder)
      // In the place of the handler: keeps the dump, and then the process that it is of.
      let script = "\(machine.folder)/h"
      let text = """
        #!/bin/sh
        cd \(machine.folder) || exit 1
        echo $$ > holder.$1
        cat > part.$1
        mv part.$1 dump.$1
        exec sleep 100

        """
      try placeProgram(Data(text.utf8), at: script)
      let installed = try KernelSettings()
      var holding = installed
      holding.corePattern = "|\(script) %P"
      try holding.set()
      let (one, other) = (
        try machine.start([program, "thread", "one"]),
        try machine.start([program, "thread", "other"])
      )
      defer { for process in [one, other] { process.terminate() } }
      func dump(_ process: Process) -> String {
        "\(machine.folder)/dump.\(process.processIdentifier)"
      }
      let areThere = eventually(within: 30) {
        [one, other].allSatisfy { access(dump($0), F_OK) == 0 }
      }
      try installed.set()
      try #require(areThere)
      func handle(_ process: Int32, from dump: String) throws {
        let result = try Command(path: "/bin/sh").run([
          "-c", "exec \"$@\" < \"$0\"", dump, "\(machine.folder)/c", "catch", "handle", "-S",
          machine.state, "\(process)", "\(process)", "11", "1", "1", "0", "0",
        ])
        #expect(result.status == 0, "\(result.errors)")
      }
      // The dump of one, and the memory of another that also crashes.
      try handle(other.processIdentifier, from: dump(one))
      // A process that lives.
      try handle(getpid(), from: dump(one))
      // No process at all.
      try handle(Int32.max, from: dump(one))
      #expect(machine.reports(of: "one").isEmpty && machine.reports(of: "other").isEmpty)
      #expect(machine.log().count { $0.contains("without a report: it was gone") } == 3)
      // The same with its own dump is told.
      try handle(one.processIdentifier, from: dump(one))
      #expect(try machine.report(of: "one").file.trial.faults.last?.site.kind == .guard)
      // Killed while it is kept for the handler.
      kill(other.processIdentifier, SIGKILL)
      other.waitUntilExit()
      try handle(other.processIdentifier, from: dump(other))
      #expect(machine.reports(of: "other").isEmpty)
      machine.endHandlers()
    }
  }

  /// Who is killed puts the machine back all the same.
  @Test func watcherPutsTheMachineBack() throws {
    try CatchingMachine.with { machine in
      let watcher = try machine.watch()
      #expect(try KernelSettings() != machine.before)
      close(watcher)  // as the kernel does for whoever is killed
      #expect(eventually(within: 20) { (try? KernelSettings()) == machine.before })
      #expect(eventually(within: 20) { access(machine.folder, F_OK) != 0 })
      // Once more, so that the end has something to undo.
      try FileManager.default.createDirectory(
        atPath: machine.folder, withIntermediateDirectories: true)
      symlink(try Command().executable.path, "\(machine.folder)/c")
      try machine.install([])
    }
  }

  @Test func installingTwiceKeepsWhatWasFirst() throws {
    try CatchingMachine.with { machine in
      try machine.install(["--keep", "7"])
      let settings = try #require(try CatchFolder(machine.state).settings())
      #expect(settings.former == machine.before && settings.limits.reportsKept == 7)
      // Somebody else sets another pattern: it is theirs.
      let own = try KernelSettings()
      var foreign = own
      foreign.corePattern = "|/bin/false"
      try foreign.set()
      defer { try? own.set() }
      let refused = try machine.crashlab(["catch", "uninstall", "-S", machine.state])
      #expect(refused.status == 73 && refused.errors.contains("'|/bin/false'"))
      #expect(try KernelSettings() == foreign)
      let status = try machine.crashlab(["catch", "status", "-S", machine.state])
      #expect(status.status == 1 && status.output.contains("somebody has set another"))
    }
  }

  /// `--redact`: neither in the report nor in the log's line.
  @Test func secretsAreLeftOut() throws {
    try CatchingMachine.with(["--redact"]) { machine in
      let program = try Toolbox.build(
        "secrets.c", with: "gcc", ["-g", "-O1", "-fno-stack-protector"], into: machine.folder)
      let ways = ["registers", "pointer", "return", "assert"]
      for way in ways { try machine.run([program, way, Secret.text]) }
      #expect(eventually(within: 60) { machine.reports(of: program).count == ways.count })
      let folder = "\(machine.state)/reports"
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        #expect(text.contains("secrets.c") && Secret.leak(in: text) == nil, "\(text)")
      }
      let lines = machine.log()
      #expect(lines.count == ways.count && lines.allSatisfy { Secret.leak(in: $0) == nil })
      let status = try machine.crashlab(["catch", "status", "-S", machine.state])
      #expect(status.output.contains("reports leave out what may be secret"))
      let dumps = try machine.crashlab([
        "catch", "install", "--redact", "--keep-core", "1M", "-S", machine.state,
      ])
      #expect(dumps.status == 64)
    }
  }

  /// The file of sysctl.d(5): its text, that it says what is set, and that it goes.
  @Test func settingsComeBackAtTheStart() throws {
    try CatchingMachine.with { machine in
      let file = "\(machine.folder)/60-crashlab.conf"
      let installation = CatchInstallation(folder: machine.state, bootFile: file)
      func install() throws {
        _ = try installation.install(
          program: "\(machine.folder)/c", arguments: ["catch", "handle", "-S", machine.state]
        ) { $0.log = "\(machine.folder)/log" }
      }
      try install()
      let now = try KernelSettings()
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(
        text == """
          kernel.core_pipe_limit = \(now.corePipeLimit)
          kernel.core_pattern = |\(machine.folder)/c catch handle -S \(machine.state) %P %I %s %t %d %u %g %F
          fs.suid_dumpable = 2

          """)
      var status = stat()
      #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o644)
      #expect(try !CatchStatus(folder: machine.state).hindrances.contains(.notPersistent))
      // What a machine does with it that starts.
      if let sysctl = Toolbox.find("sysctl") {
        try machine.before.set()
        let applied = try Command(path: sysctl).run(["-p", file])
        #expect(applied.status == 0, "\(applied.errors)")
        #expect(try KernelSettings() == now)
      }
      _ = try installation.uninstall()
      #expect(access(file, F_OK) != 0)
      #expect(try KernelSettings() == machine.before)
      // One that somebody has changed is theirs.
      try install()
      try (text + "# mine\n").write(toFile: file, atomically: true, encoding: .utf8)
      _ = try installation.uninstall()
      #expect(access(file, F_OK) == 0)
      try machine.install([])
    }
  }

  /// The dump is kept besides, and tells the same.
  @Test(.enabled(if: Toolbox.has("zstd"), "no zstd here")) func dumpIsKept() throws {
    try CatchingMachine.with(["--keep-core", "64M"]) { machine in
      let program = try Self.build(into: machine.folder)
      try machine.run([program, "thread", "kept"])
      let report = try machine.report(of: "kept")
      let dump = "\(machine.state)/reports/\(report.name).core.zst"
      #expect(eventually { access(dump, F_OK) == 0 })
      let core = try machine.crashlab(["core", "--no-keep", "--format", "json", dump])
      let told = try JSON.value(RunReport.self, from: Array(core.output.utf8)).trials.first
      #expect(told?.signature == report.file.trial.signature && told?.signature != nil)
      #expect(report.file.trial.termination?.coreDumped == true)
      // More than the limit is not kept, and told all the same.
      try machine.install(["--keep-core", "1K"])
      try machine.run([program, "thread", "large"])
      _ = try machine.report(of: "large")
      func dumps() -> [String] {
        let files = try? FileManager.default.contentsOfDirectory(atPath: "\(machine.state)/reports")
        return (files ?? []).filter { $0.hasSuffix(".core.zst") }
      }
      #expect(eventually { dumps() == ["\(report.name).core.zst"] }, "\(dumps())")
    }
  }
}

extension CatchingMachine {
  /// Starts a program that is to crash.
  fileprivate func start(_ words: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "ulimit -c unlimited; exec \"$@\"", "sh"] + words
    process.standardError = FileHandle.nullDevice
    try CatchingMachine.withNoSignalBlocked { try process.run() }
    return process
  }

  /// Ends what stood in the place of the handler.
  fileprivate func endHandlers() {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for file in files where file.hasPrefix("holder.") {
      let text = try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      if let process = text.flatMap({ Int32($0.prefix { $0.isNumber }) }) { kill(process, SIGKILL) }
    }
  }
}
