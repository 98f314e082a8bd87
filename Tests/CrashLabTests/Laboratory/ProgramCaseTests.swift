import Testing

@testable import CrashLab
@testable import CrashLabModel

/// What a file of cases may say, and what is told of one that says something else.
@Suite struct ProgramCaseTests {
  private static func parse(_ expect: String, _ more: String = "") throws -> [ProgramCase] {
    try ProgramCase.parse(
      Array(
        """
        {"schemaVersion": 1, "cases": [
          {"name": "a", "command": ["a"], "expect": \(expect)\(more)}]}
        """.utf8))
  }

  @Test func anExitIsAnEnd() throws {
    let one = try #require(try ProgramCaseTests.parse(#"{"exit": 3}"#, #", "timeout": 2.5"#).first)
    #expect(one.expectation.ending == .exits(3))
    #expect(one.expectation.faults.isEmpty)
    #expect(one.timeout == 2.5)
  }

  @Test func aSignalIsAFault() throws {
    let cases = try ProgramCaseTests.parse(
      #"""
      {"signal": "SIGSEGV", "site": "past-guard", "stack": "coroutine", "stackName": "c",
       "overshootAtMost": 4096, "frames": ["f"]}
      """#)
    let expectation = try #require(cases.first?.expectation)
    let fault = try #require(expectation.faults.first)
    #expect(expectation.ending == .killed(.segv))
    #expect(fault.site.kind == .pastGuard)
    #expect(fault.site.stack == .coroutine)
    #expect(fault.site.stackName == "c")
    #expect(fault.site.overshoot == 0...4096)
    #expect(fault.frames == ["f"])
    #expect(fault.wantsWholeTrace)
    #expect(fault.handled == nil)
  }

  /// Nobody sees SIGKILL before it kills, and what is not asked for may be anything.
  @Test func whatIsLeftOutMayBeAnything() throws {
    let killed = try #require(try ProgramCaseTests.parse(#"{"signal": "SIGKILL"}"#).first)
    #expect(killed.expectation.faults.isEmpty)
    let aborted = try #require(try ProgramCaseTests.parse(#"{"signal": "SIGABRT"}"#).first)
    let fault = try #require(aborted.expectation.faults.first)
    #expect(fault.site.kind == nil && fault.site.stack == nil && fault.site.overshoot == nil)
    #expect(!fault.wantsWholeTrace)
  }

  @Test(arguments: [
    (#"{}"#, "either 'exit' alone, or 'signal'"),
    (#"{"exit": 0, "signal": "SIGSEGV"}"#, "both 'exit' and 'signal'"),
    (#"{"exit": 0, "site": "guard"}"#, "either 'exit' alone, or 'signal'"),
    (#"{"signal": "SIGSEVG"}"#, "signal 'SIGSEVG' is not known; there is SIGSEGV"),
    (#"{"signal": "SIGSEGV", "site": "gaurd"}"#, "site 'gaurd' is not known; there is guard"),
    (#"{"signal": "SIGSEGV", "stack": "heap"}"#, "stack 'heap' is not known"),
    (#"{"signal": "SIGSEGV", "overshootAtMost": -1}"#, "must not be negative, but is -1"),
    (#"{"signl": "SIGSEGV"}"#, "cases.[0].expect: the key 'signl' is not known; there is signal"),
    (#"{"exit": "0"}"#, "cases.[0].expect.exit: is no Int32"),
    (#"[]"#, "cases.[0].expect: is no"),
  ])
  func whatIsWrongIsSaid(expect: String, words: String) {
    let error = #expect(throws: (any Error).self) {
      do {
        _ = try ProgramCaseTests.parse(expect)
      } catch let error as DecodingError {
        throw ProgramCase.Malformed(description: ProgramCase.words(of: error))
      }
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains(words))
  }

  @Test(arguments: [
    (#"{"schemaVersion": 2, "cases": []}"#, "schemaVersion 2"),
    (#"{"cases": []}"#, "schemaVersion"),
    (#"{"schemaVersion": 1, "cases": [], "extra": 1}"#, "extra"),
    (
      #"""
      {"schemaVersion": 1, "cases": [
        {"name": "a", "command": ["a"], "expect": {"exit": 0}},
        {"name": "a", "command": ["b"], "expect": {"exit": 0}}]}
      """#, "two cases are called 'a'"
    ),
    (
      #"{"schemaVersion": 1, "cases": [{"name": "a", "command": [], "expect": {"exit": 0}}]}"#,
      "names no program"
    ),
    (
      #"""
      {"schemaVersion": 1, "cases": [
        {"name": "a", "command": ["a"], "timeout": 0, "expect": {"exit": 0}}]}
      """#, "timeout must be between"
    ),
    ("", ""), ("nonsense", ""), (String(repeating: "[", count: 10_000), ""),
  ])
  func aFileThatIsNoneIsRefused(text: String, words: String) {
    let error = #expect(throws: (any Error).self) { try ProgramCase.parse(Array(text.utf8)) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(words))
  }

  /// A program that came to its end by itself was not looked at; a case of the catalogue always is.
  @Test func aProgramsEndNeedsNoDeathEvidence() {
    var seen = TrialResult(command: ["true"])
    seen.termination = Termination(
      kind: .exit, signal: nil, coreDumped: false, exitStatus: 0)
    #expect(seen.judged(by: Expectation(ending: .exits(0))).verdict == .asExpected)
    #expect(seen.judged(by: Expectation(ending: .exits(1))).verdict == .notAsExpected)
    seen.command = nil
    #expect(seen.judged(by: Expectation(ending: .exits(0))).verdict == .laboratoryError)
  }
}
