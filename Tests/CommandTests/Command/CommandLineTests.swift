import Foundation
import FoundationXML
import Testing

@testable import CrashLab

/// The command as a user runs it: words, statuses, files.
@Suite struct CommandLineTests {
  @Test func allIsAsExpectedAndSaysSo() throws {
    try withTemporaryFolder { folder in
      let result = try Command().run(["run", "null-write", "thread-recursion", "--output", folder])
      #expect(result.status == 0)
      #expect(result.output.contains("in the 4 KiB guard of thread 'overflower'"))
      #expect(result.output.contains("2 trials: 2 as expected"))
      #expect(!result.output.contains("\u{1B}"), "colour outside of a terminal")
    }
  }

  @Test func unknownCaseSuggestsTheNearest() throws {
    let result = try Command().run(["run", "thread-recursoin"])
    #expect(result.status == 64)
    #expect(result.errors.contains("thread-recursion"))
  }

  @Test(arguments: [
    ("lst", "did you mean 'list'?"), ("explian", "did you mean 'explain'?"),
    ("./program", "`crashlab exec ./program` runs a program"),
  ])
  func unknownSubcommandSuggestsWhatToDo(typed: String, hint: String) throws {
    let result = try Command().run([typed])
    #expect(result.status == 64)
    #expect(result.errors.contains(hint))
  }

  /// A file or a run that is not there has one status, whoever misses it.
  @Test(arguments: [
    ["core", "/no/such/file"], ["frames", "/no/such/file"], ["compare", "/no/such", "/no/such"],
    ["report", "no-such-run"],
  ])
  func missingFileHasStatus66(arguments: [String]) throws {
    let result = try Command().run(arguments)
    #expect(result.status == 66, "\(result.errors)")
    #expect(result.errors.contains("no"), "\(result.errors)")
  }

  @Test func aPatternNamesCases() throws {
    let result = try Command().run(["run", "exit-*", "exit-zero", "--no-save"])
    #expect(result.status == 0)
    #expect(result.output.contains("2 trials: 2 as expected"))
    #expect(try Command().run(["run", "nothing-*", "--no-save"]).status == 64)
  }

  @Test func listIsAlsoJSON() throws {
    let result = try Command().run(["list", "exit-*", "--format", "json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let cases = try #require(object["cases"] as? [[String: Any]])
    #expect(object["schemaVersion"] as? Int == 1)
    #expect(cases.compactMap { $0["name"] as? String }.sorted() == ["exit-nonzero", "exit-zero"])
    for key in ["name", "folder", "summary", "expectation", "lesson"] {
      #expect(cases.allSatisfy { ($0[key] as? String)?.isEmpty == false }, "\(key)")
    }
  }

  /// What follows the program's name is the program's; what comes before it is not.
  @Test(arguments: [
    (["exec", "sh", "-c", "exit 7"], 7), (["exec", "--", "sh", "-c", "exit 7"], 7),
    (["exec", "-f", "sh", "-c", "exit 7"], 7),
    (["exec", "sh", "-c", "exit $#", "--", "--", "-f"], 2),
    (["exec", "--no-such-option", "sh"], 64), (["exec", "--"], 64), (["exec"], 64),
  ])
  func execNeedsNoDashes(arguments: [String], status: Int) throws {
    #expect(Int(try Command().run(arguments).status) == status)
  }

  @Test(arguments: [
    ("64K", 65_536), ("64KiB", 65_536), ("0x10000", 65_536), ("1m", 1_048_576), ("65536", 65_536),
  ])
  func sizesAreWrittenAsPeopleDo(typed: String, bytes: Int) throws {
    let result = try Command().run([
      "layout", "--threads", "1", "--coroutines", "0", "--stack-size", typed, "--format", "json",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let stacks = try #require(object["stacks"] as? [[String: Any]])
    #expect(stacks.contains { $0["size"] as? Int == bytes }, "\(result.output)")
  }

  @Test(arguments: ["64Q", "K", "", "0x", "9999999999G", "1.5M"])
  func aSizeThatIsNoneIsRefused(typed: String) throws {
    #expect(try Command().run(["layout", "--stack-size", typed]).status == 64)
  }

  @Test(arguments: [
    ["--jobs", "0"], ["--timeout", "0"], ["--timeout", "-1"], ["--repeat", "0"],
    ["--format", "yaml"],
  ])
  func badOptionIsUsage(arguments: [String]) throws {
    let result = try Command().run(["run", "null-write"] + arguments)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
  }

  @Test func unknownTagNamesTheFolders() throws {
    let result = try Command().run(["run", "--tag", "nonsense"])
    #expect(result.status == 64)
    #expect(result.errors.contains("controls"))
  }

  @Test func jsonHasEveryKeyOfTheSchema() throws {
    let result = try Command().run([
      "run", "null-write", "exit-zero", "--no-save", "--format", "json",
    ])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["schemaVersion"] as? Int == 1)
    let machine = try #require(object["machine"] as? [String: Any])
    for key in ["kernel", "libc", "cpu", "pageSize", "stackLimit", "swift"] {
      #expect(machine[key] != nil, "machine.\(key)")
    }
    let trials = try #require(object["trials"] as? [[String: Any]])
    for trial in trials {
      for key in [
        "case", "attempt", "command", "verdict", "reason", "summary", "faults", "corruption",
        "termination", "death", "timeline",
      ] {
        #expect(trial[key] != nil, "\(key): null where unknown, but never absent")
      }
    }
    let crashed = try #require(trials.first { $0["case"] as? String == "null-write" })
    let fault = try #require((crashed["faults"] as? [[String: Any]])?.first)
    for key in [
      "signal", "code", "address", "access", "programCounter", "stackPointer", "thread", "handled",
      "site", "unwind",
    ] {
      #expect(fault[key] != nil, "fault.\(key)")
    }
    let site = try #require(fault["site"] as? [String: Any])
    for key in [
      "kind", "owner", "stackLimit", "stackSize", "stackSizeAtMost", "guard", "overshoot",
      "skipped", "mapping",
    ] {
      #expect(site[key] != nil, "site.\(key)")
    }
    let death = try #require(crashed["death"] as? [String: Any])
    for key in [
      "processDied", "threadsAtFault", "threadsAfter", "bystanders", "bystandersStopped",
      "controlProcessAlive",
    ] {
      #expect(death[key] != nil, "death.\(key)")
    }
  }

  @Test func junitCountsWhatItHolds() throws {
    let result = try Command().run(["run", "--tag", "controls", "--no-save", "--format", "junit"])
    #expect(result.status == 0)
    let document = try XMLCounter.count(result.output)
    #expect(document["testsuite"] == 1)
    #expect(document["testcase"] ?? 0 > 5)
    #expect(document["failure"] == nil)
  }

  @Test func everyTrialHasItsFile() throws {
    try withTemporaryFolder { folder in
      let result = try Command().run(
        ["run", "null-write", "exit-zero", "--repeat", "3", "--output", folder])
      #expect(result.status == 0)
      let run = try #require(RunFolder.list(in: folder).first)
      let (files, broken) = RunFolder.trials(in: "\(folder)/\(run)")
      #expect(broken.isEmpty)
      #expect(files.count == 6)
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(run)")
      #expect(
        names.filter { !$0.hasSuffix(".json") } == [RunFolder.nameOfCommandLine],
        "something else was left behind: \(names)")

      let list = try Command().run(["report", "--output", folder])
      #expect(list.output.contains("6 trials: 6 as expected"))
      let whole = try Command().run(["report", "latest", "null-write", "--output", folder])
      #expect(whole.status == 0)
      #expect(whole.output.contains("the control process lives"))
    }
  }

  @Test func unwritableFolderIsTheLaboratorysFailure() throws {
    let result = try Command().run(["run", "null-write", "--output", "/proc/self/nothing"])
    #expect(result.status == 70)
    #expect(result.errors.contains("/proc/self/nothing"))
    #expect(result.errors.contains("--output"))
  }

  /// Where writing fails halfway the old page is there, and nothing half-written beside it. (A run
  /// with such a limit fails before: the memory that it shares with its children is a file too.)
  @Test func fullDiskLeavesTheOldFile() throws {
    try withTemporaryFolder { folder in
      let runs = "\(folder)/runs"
      #expect(try Command().run(["run", "null-write", "--output", runs]).status == 0)
      let command = try Command().executable.path
      let page = "\(folder)/page.html"
      try "old".write(toFile: page, atomically: false, encoding: .utf8)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = [
        "-c",
        "ulimit -f 4; exec '\(command)' report --html '\(page)' --output '\(runs)' 2>'\(folder)/err'",
      ]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 70)
      let told = try String(contentsOfFile: "\(folder)/err", encoding: .utf8)
      #expect(told.contains("page.html") && told.contains("File too large"), "\(told)")
      #expect(try String(contentsOfFile: page, encoding: .utf8) == "old")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(Set(names) == ["err", "page.html", "runs"])
    }
  }

  @Test func fullStandardOutputIsToldAndIsNoSuccess() throws {
    let command = try Command().executable.path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "'\(command)' list > /dev/full 2>/dev/null"]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 70)
  }
}

/// Counts the elements of an XML text; throws if it is not well-formed.
private final class XMLCounter: NSObject, XMLParserDelegate {
  private var counts: [String: Int] = [:]

  static func count(_ text: String) throws -> [String: Int] {
    let counter = XMLCounter()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = counter
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    return counter.counts
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    counts[name, default: 0] += 1
  }
}
