import Glibc
import Testing

@testable import CrashLab

/// What the kernel says of this process itself.
@Suite struct OwnProcessTests {
  @Test(arguments: [
    ("7 (a) S 1 7 7 0 -1 4194304 0", false), ("7 (a) S 1 7 7 0 -1 4194368 0", true),
    ("7 (a) b (64) S 1 7 7 0 -1 4194304 0", false), ("7 (a) b) S 1 7 7 0 -1 64 0", true),
    ("", true), ("7 (a) S 1", true),
  ])
  func flagsTellAFork(stat: String, isFork: Bool) {
    #expect(OwnProcess.isFork(stat: stat) == isFork)
  }

  @Test func thisOneWasExecuted() { #expect(!OwnProcess.isFork) }

  @Test func aForkIsOne() throws {
    let result = try Laboratory.trial("fork") { exit(OwnProcess.isFork ? 42 : 0) }
    #expect(result.termination?.exitStatus == 42)
  }
}
