import Foundation
import Testing

@testable import CrashLab

/// Names of code that a program makes at run time.
@Suite struct PerfMapTests {
  private func names(_ text: String, _ addresses: [UInt64]) -> [UInt64: CodeName] {
    PerfMap(Array(text.utf8), for: addresses).names
  }

  @Test func namesWhatLiesInside() {
    let names = names(
      "1000 20 LazyCompile:~f a.js:1\n2000 10 g\n", [0xfff, 0x1000, 0x101f, 0x1020])
    #expect(names.count == 2)
    #expect(names[0x1000] == CodeName(symbol: "LazyCompile:~f a.js:1", offset: 0))
    #expect(names[0x101f]?.offset == 0x1f)
  }

  /// Code that was thrown away and made anew has two lines.
  @Test func theLatestCounts() {
    #expect(names("1000 20 old\n1000 20 new\n", [0x1008])[0x1008]?.symbol == "new")
  }

  @Test(arguments: [
    "", "\n\n", "xyz", "1000", "1000 ", "1000 20", "ffffffffffffffff ffffffffffffffff f",
    "10000000000000000 20 f", "1000 0 f", "-1000 20 f",
  ])
  func whatIsNoLineIsPassedOver(text: String) {
    #expect(names(text, [0x1000, 0x1008]).isEmpty)
    #expect(names(text + "\n1000 20 f\n", [0x1008])[0x1008]?.symbol == "f")
  }

  /// Whoever else writes to /tmp names nothing.
  @Test func onlyItsOwnUserNamesIt() throws {
    let path = "/tmp/perf-\(getpid()).map"
    try "1000 20 f\n".write(toFile: path, atomically: false, encoding: .utf8)
    defer { unlink(path) }
    #expect(PerfMap(of: getpid(), for: [0x1008])?.names[0x1008]?.symbol == "f")
    guard geteuid() == 0 else { return }
    #expect(chown(path, 1234, 1234) == 0)
    #expect(PerfMap(of: getpid(), for: [0x1008]) == nil)
  }
}
