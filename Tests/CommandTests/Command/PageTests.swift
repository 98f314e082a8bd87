import Foundation
import Testing

@testable import CrashLab

/// The page as the command writes it, from what it measured and from what it finds.
@Suite struct PageTests {
  @Test func pageOfTheWholeCatalogueStaysSmall() throws {
    try withTemporaryFolder { folder in
      try save(WholeCatalogue.report(.debug), in: "\(folder)/run")
      let result = try Command().run(["report", "--html", "\(folder)/page.html", "-o", folder])
      #expect(result.status == 0, "\(result.errors)")
      let page = try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8)
      #expect(page.utf8.count < 2_000_000)
      #expect(page.contains("</html>"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
    }
  }

  @Test func exportIsWrittenBesideTheUsualOutput() throws {
    try withTemporaryFolder { folder in
      let result = try Command().run([
        "run", "null-write", "--no-save", "--html", "\(folder)/page.html",
      ])
      #expect(result.status == 0)
      #expect(result.output.contains("1 trial: 1 as expected"))
      let page = try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8)
      #expect(page.contains("crashlab run null-write"))
    }
  }

  @Test func deviceIsWrittenToAndNotReplaced() throws {
    try withTemporaryFolder { folder in
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      #expect(symlink("\(folder)/page", "\(folder)/link") == 0)
      // Opened for both, so that the command need not wait for a reader.
      let reader = open("\(folder)/pipe", O_RDWR | O_NONBLOCK)
      defer { close(reader) }
      // F_SETPIPE_SZ, which Swift does not import.
      #expect(fcntl(reader, 1031, 1 << 20) > 0)
      try "old".write(toFile: "\(folder)/page", atomically: false, encoding: .utf8)
      for target in ["pipe", "link"] {
        let result = try Command().run([
          "run", "exit-zero", "--no-save", "--html", "\(folder)/\(target)",
        ])
        #expect(result.status == 0)
      }
      var status = stat()
      #expect(lstat("\(folder)/pipe", &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
      #expect(lstat("\(folder)/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      let page = try String(contentsOfFile: "\(folder)/page", encoding: .utf8)
      #expect(page.hasPrefix("<!DOCTYPE html>"))
    }
  }

  /// It is told before the work begins.
  @Test(arguments: [
    ["run", "exit-zero", "--no-save"], ["claims", "--quick"], ["exec", "--no-keep"],
    ["compare", "a", "b"], ["layout"], ["switch", "--quick"], ["frames", "/bin/true"],
  ])
  func unwritablePageIsTheLaboratorysFailure(command: [String]) throws {
    for file in ["/proc/self/nothing/page.html", "/"] {
      let program = command[0] == "exec" ? ["echo", "ran"] : []
      let result = try Command().run(command + ["--html", file] + program)
      #expect(result.status == 70)
      #expect(result.errors.contains(file))
      #expect(result.output.isEmpty)
    }
  }

  /// Beside the report, or in its place.
  @Test(arguments: [
    (["layout"], "Layout of crashlab"), (["frames", "/bin/true"], "Frames of true"),
    (["frames", "--depth", "main", foreign], "Depth of main"),
  ])
  func whatIsNoCrashHasAPageToo(command: [String], title: String) throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/page.html"
      let result = try Command().run(command + ["--html", file])
      #expect(result.status == 0 && !result.output.isEmpty, "\(result.errors)")
      #expect(try String(contentsOfFile: file, encoding: .utf8).contains("<h1>\(title)</h1>"))
      let alone = try Command().run(command + ["--html", "-"])
      #expect(alone.status == 0 && alone.output.hasPrefix("<!DOCTYPE html>"))
    }
  }

  private static var foreign: String { (try? Command("foreign").executable.path) ?? "foreign" }

  @Test func pageOfACrashTellsTheCommand() throws {
    try withTemporaryFolder { folder in
      let result = try Command().run([
        "exec", "--no-keep", "--html", "\(folder)/page.html", "sh", "-c", "kill -SEGV $$",
      ])
      #expect(result.status == 139)
      let page = try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8)
      #expect(page.contains("<h1>Reports of crashes</h1>"))
      #expect(page.contains("<code>crashlab exec --no-keep --html "))
    }
  }

  /// A run folder that somebody else has made up.
  @Test func hostileRunFolderIsReadWithoutHarm() throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      let trial = try #require(try WholeCatalogue.trial("null-write", .debug))
      try save(
        RunReport(machine: Machine.current(), trials: [trial], duration: 1), in: run)
      #expect(symlink("/etc/passwd", "\(run)/link.json") == 0)
      #expect(mkfifo("\(run)/pipe.json", 0o600) == 0)
      #expect(symlink("/dev/zero", "\(run)/endless.json") == 0)
      let large = open("\(run)/large.json", O_CREAT | O_WRONLY, 0o600)
      #expect(ftruncate(large, 1 << 40) == 0)
      close(large)
      for (name, text) in [
        ("garbage", "\u{0}\u{1B}[2J"), ("deep", String(repeating: "[", count: 100_000)),
        ("numbers", "{\"schemaVersion\":1e400}"), ("\u{1B}[31mred", "{}"),
      ] {
        try text.write(toFile: "\(run)/\(name).json", atomically: true, encoding: .utf8)
      }
      let page = "\(folder)/page.html"
      for arguments in [["report", "run"], ["report", "run", "--html", page]] {
        let result = try Command().run(arguments + ["-o", folder])
        #expect(result.status == 0)
        #expect(result.errors.split(separator: "\n").count == 8, "\(result.errors)")
        #expect(!(result.errors + result.output).contains("\u{1B}"))
        #expect(!(result.errors + result.output).contains("root:"))
      }
    }
  }

  @Test(arguments: ["../../etc", "/etc", ".", "..", ""])
  func runIsANameAndNeverAPath(name: String) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/run", withIntermediateDirectories: true)
      let result = try Command().run(["report", name, "-o", folder])
      #expect(result.status == 66)
    }
  }

  private func save(_ report: RunReport, in folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    for trial in report.trials {
      let text = try JSON.text(of: TrialFile(machine: report.machine, trial: trial))
      try text.write(
        toFile: "\(folder)/\(trial.case ?? "command").json", atomically: true, encoding: .utf8)
    }
  }
}
