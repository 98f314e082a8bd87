import Foundation
import Testing

@testable import CrashLab

/// `crashlab run --file`: programs of any language, held against what a file expects of them.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct ProgramCaseCommandTests {
  private func run(_ cases: String, _ options: [String] = []) throws -> Command.Result {
    try withTemporaryFolder { folder in
      let program = try Toolbox.build(
        "brackets.c", with: "gcc", ["-g", "-O1", "-w", "-pthread"], into: folder)
      let deep = "\(folder)/deep"
      try String(repeating: "[", count: 400_000).write(
        toFile: deep, atomically: true, encoding: .utf8)
      let file = "\(folder)/cases.json"
      let text = cases.replacingOccurrences(of: "DEEP", with: "exec \(program) < \(deep)")
        .replacingOccurrences(of: "PROGRAM", with: program)
      try "{\"schemaVersion\": 1, \"cases\": [\(text)]}".write(
        toFile: file, atomically: true, encoding: .utf8)
      return try Command().run(["run", "--file", file, "--output", "\(folder)/runs"] + options)
    }
  }

  @Test func whatIsExpectedIsSeen() throws {
    let result = try run(
      #"""
      {"name": "deep", "command": ["sh", "-c", "DEEP"], "expect": {
        "signal": "SIGSEGV", "site": "guard", "stack": "thread", "overshootAtMost": 4096,
        "frames": ["value", "parse"]}},
      {"name": "shallow", "command": ["sh", "-c", "echo [[[ | PROGRAM"], "expect": {"exit": 0}},
      {"name": "sent", "command": ["sh", "-c", "kill -ABRT $$"], "expect": {"signal": "SIGABRT"}},
      {"name": "killed", "command": ["sh", "-c", "kill -KILL $$"], "expect": {"signal": "SIGKILL"}},
      {"name": "status", "command": ["sh", "-c", "exit 7"], "expect": {"exit": 7}}
      """#)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("5 trials: 5 as expected"))
  }

  /// What a program that is late has started is ended with it.
  @Test func nothingIsLeftAfterTheDeadline() throws {
    try withTemporaryFolder { folder in
      let mark = "\(folder)/started"
      _ = try run(
        #"{"name": "x", "command": ["sh", "-c", "sh -c 'echo $$ > MARK; sleep 100; true'; true"], "#
          .replacingOccurrences(of: "MARK", with: mark)
          + #""timeout": 1, "expect": {"exit": 0}}"#)
      let text = try String(contentsOfFile: mark, encoding: .utf8)
      let started = try #require(Int32(text.trimmingCharacters(in: .newlines)))
      #expect(eventually { !isAlive(started) })
    }
  }

  @Test func whatIsNotSeenFails() throws {
    let result = try run(
      #"""
      {"name": "deep", "command": ["sh", "-c", "DEEP"], "expect": {"exit": 0}},
      {"name": "site", "command": ["sh", "-c", "DEEP"], "expect": {
        "signal": "SIGSEGV", "site": "null-page"}},
      {"name": "stack", "command": ["sh", "-c", "DEEP"], "expect": {
        "signal": "SIGSEGV", "stack": "coroutine"}},
      {"name": "near", "command": ["sh", "-c", "DEEP"], "expect": {
        "signal": "SIGSEGV", "overshootAtMost": 0}},
      {"name": "frames", "command": ["sh", "-c", "DEEP"], "expect": {
        "signal": "SIGSEGV", "frames": ["parse", "value"]}},
      {"name": "hangs", "command": ["sleep", "60"], "timeout": 0.5, "expect": {"exit": 0}}
      """#)
    #expect(result.status == 1, "\(result.errors)")
    #expect(
      result.output.contains("6 trials: 0 as expected, 6 not as expected"), "\(result.output)")
    #expect(result.output.contains("to see it again: crashlab exec -- sleep 60"))
  }

  /// One that can't be started does not take the others with it.
  @Test func aProgramThatIsNotThereIsTold() throws {
    let result = try run(
      #"""
      {"name": "missing", "command": ["/no/such/program"], "expect": {"exit": 0}},
      {"name": "there", "command": ["true"], "expect": {"exit": 0}}
      """#)
    #expect(result.status == 70)
    #expect(
      result.output.contains("2 trials: 1 as expected, 1 laboratory error"), "\(result.output)")
    #expect(result.output.contains("/no/such/program"))
  }

  @Test func reportsAreThoseOfTheCatalogue() throws {
    let cases = #"{"name": "status", "command": ["sh", "-c", "exit 7"], "expect": {"exit": 7}}"#
    let json = try run(cases, ["--format", "json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let trial = try #require((object["trials"] as? [[String: Any]])?.first)
    #expect(trial["case"] as? String == "status")
    #expect(trial["verdict"] as? String == "as-expected")
    #expect(try run(cases, ["--format", "junit"]).output.contains("name=\"status\""))
    #expect(try run(cases, ["--repeat", "3"]).output.contains("3 trials: 3 as expected"))
  }

  @Test func aBadFileHasItsStatus() throws {
    #expect(try run(#"{"name": 3}"#).status == 65)
    #expect(try Command().run(["run", "--file", "/no/such/file"]).status == 66)
    #expect(try Command().run(["run", "exit-zero", "--file", "x"]).status == 64)
  }
}
