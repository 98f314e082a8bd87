import Testing

@testable import CrashLab
@testable import CrashLabModel

/// A wrong use of the library is an error, neither a trap nor a run that never ends. A test runner
/// has many threads, and so must be refused itself.
@Suite struct MisuseTests {
  private func failure(_ body: () throws -> Void) throws -> TrialFailure.Reason {
    try #require(#expect(throws: TrialFailure.self) { try body() }).reason
  }

  @Test(arguments: [0, -1, Int.min])
  func jobs(_ jobs: Int) throws {
    let reason = try failure { _ = try Laboratory(options: .init(jobs: jobs)) }
    #expect(reason == .jobsOutOfRange(jobs))
  }

  @Test(arguments: [0, -1, .infinity, 86_401] as [Double])
  func timeout(_ seconds: Double) throws {
    let reason = try failure { _ = try Laboratory(options: .init(timeout: seconds)) }
    #expect(reason == .timeoutOutOfRange(seconds))
  }

  @Test func timeoutThatIsNoNumber() {
    #expect(throws: TrialFailure.self) { _ = try Laboratory(options: .init(timeout: .nan)) }
  }

  @Test func emptyCommand() throws {
    #expect(try failure { _ = try ForeignProgram([]).run() } == .noCommand)
  }

  @Test func secondThread() throws {
    let reasons = [
      try failure { _ = try Laboratory(options: .init()) },
      try failure { _ = try ForeignProgram(["true"]).run() },
    ]
    for reason in reasons {
      guard case .otherThreads(let count) = reason else {
        Issue.record("\(reason)")
        continue
      }
      #expect(count > 0)
    }
  }
}
