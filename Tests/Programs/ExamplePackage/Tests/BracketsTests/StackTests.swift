import Brackets
import CrashLab
import CrashLabTesting
import Testing

private func nested(_ depth: Int) -> String {
  String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
}

@Test func deepInputDiesInTheGuard() throws {
  try expectOverflow(in: .thread(size: 512 << 10)) {
    _ = try? Brackets.parseTrusting(nested(100_000))
  }
}

@Test func deepestAllowedInputFits() throws {
  try expectNoOverflow(in: .thread(size: 512 << 10)) {
    _ = try? Brackets.parse(nested(Brackets.deepest))
  }
}

@Test func deeperInputIsRefusedInTime() throws {
  try expectNoOverflow(in: .thread(size: 512 << 10)) { _ = try? Brackets.parse(nested(100_000)) }
}

// What a met expectation returns is the whole report.

@Test func recursionIsTheParsers() throws {
  let report = try expectOverflow { _ = try? Brackets.parseTrusting(nested(1_000_000)) }
  let recursion = try #require(report.overflow?.unwind?.recursion)
  #expect(recursion.functions.contains { $0.symbol?.contains("Brackets.list") == true })
}

@Test func tenLevelsNeedLittle() throws {
  let report = try expectNoOverflow { _ = try? Brackets.parse(nested(10)) }
  let touched = try #require(report.stackTouched)
  #expect(touched < 64 << 10)
}

// The main thread's stack grows up to `ulimit -s`: here, up to another limit.

@Test func mainThreadOverflowsAtItsLimit() throws {
  let report = try expectOverflow(in: .main(limit: 1 << 20)) {
    _ = try? Brackets.parseTrusting(nested(1_000_000))
  }
  #expect(report.overflow?.site.stackSize == 1 << 20)
}

// Exactly this: the signal, its code, the access, whose guard.

@Test func diesExactlySo() throws {
  try expect(
    .dies(
      .init(
        .segv, code: .segvAccErr, access: .write,
        site: .inGuard(of: .thread, TrialStack.threadName),
        frames: ["Brackets.list"]))
  ) { _ = try? Brackets.parseTrusting(nested(1_000_000)) }
}

// Any program, in any language.

@Test func shellComesToItsEnd() throws {
  let report = try expectNoOverflow(of: ["sh", "-c", "exit 3"])
  #expect(report.termination?.exitStatus == 3)
}
