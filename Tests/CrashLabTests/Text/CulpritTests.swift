import Testing

@testable import CrashLab

private func frame(
  _ index: Int, _ symbol: String, pc: UInt64? = nil, count: Int = 1, period: Int = 1,
  size: Int? = 32
) -> UnwindReport.Frame {
  UnwindReport.Frame(
    index: index, count: count, period: period,
    programCounter: Address(pc ?? UInt64(symbol.hashValue.magnitude & 0xffff)), symbol: symbol,
    file: "/src/\(symbol).swift", line: 7, column: 3, image: "/bin/x", offset: 12, frameSize: size,
    inlined: [])
}

@Suite struct Recursions {
  @Test func nothingRepeats() {
    #expect(UnwindReport.Recursion(in: [], frameCount: 0, stackSize: 4096) == nil)
    #expect(
      UnwindReport.Recursion(in: [frame(0, "a"), frame(1, "b")], frameCount: 2, stackSize: 4096)
        == nil)
  }

  @Test func oneFunction() throws {
    let recursion = try #require(
      UnwindReport.Recursion(
        in: [
          frame(0, "push", size: 8), frame(1, "descend", count: 1000), frame(1001, "parse"),
          frame(1002, "main"),
        ], frameCount: 1003, stackSize: 64_000))
    #expect(recursion.functions.map(\.symbol) == ["descend"])
    #expect(recursion.count == 1000 && recursion.period == 1 && recursion.frames == 1000)
    #expect(recursion.bytes == 32_000)
    #expect(recursion.share == 0.5)
    #expect(recursion.enteredFrom?.symbol == "parse")
  }

  @Test func theCallIsInWhatWasInlined() throws {
    var outer = frame(10, "thunk")
    outer.inlined = [.init(symbol: "closure", file: "/a.swift", line: 5, column: nil)]
    let recursion = try #require(
      UnwindReport.Recursion(
        in: [frame(0, "f", count: 10), outer], frameCount: 11, stackSize: nil))
    #expect(recursion.enteredFrom?.symbol == "closure")
    #expect(recursion.enteredFrom?.line == 5)
  }

  @Test(arguments: [([], 1), (["f"], 2), (["f", "other", "f"], 3)] as [([String], Int)])
  func callsThatWereInlinedCount(_ inlined: [String], _ calls: Int) throws {
    var repeated = frame(0, "f", count: 10)
    repeated.inlined = inlined.map { .init(symbol: $0) }
    let frames = [repeated, frame(10, "main")]
    let recursion = try #require(
      UnwindReport.Recursion(in: frames, frameCount: 11, stackSize: nil))
    let unwind = UnwindReport(
      by: .observer, frameCount: 11, complete: true, steps: 0, duration: 0, frames: frames)
    #expect(unwind.calls(in: recursion) == calls)
  }

  @Test func aRoundIsToldInTheOrderOfTheCalls() throws {
    // a calls b calls c calls a: outwards from the fault it reads c, b, a.
    let recursion = try #require(
      UnwindReport.Recursion(
        in: [
          frame(0, "b"), frame(1, "a", count: 10, period: 3), frame(2, "c", count: 10, period: 3),
          frame(3, "b", count: 10, period: 3), frame(31, "a"), frame(32, "enter"),
        ], frameCount: 33, stackSize: 9600))
    #expect(recursion.functions.map(\.symbol) == ["a", "b", "c"])
    #expect(recursion.frames == 30 && recursion.bytes == 960 && recursion.share == 0.1)
    #expect(recursion.enteredFrom?.symbol == "enter")
  }

  @Test func brokenAndResumedIsOneRecursion() throws {
    let recursion = try #require(
      UnwindReport.Recursion(
        in: [
          frame(0, "f", count: 100), frame(100, "handler"), frame(101, "f", count: 300),
          frame(401, "g", count: 200, size: 16), frame(601, "main"),
        ], frameCount: 602, stackSize: nil))
    #expect(recursion.functions.map(\.symbol) == ["f"])
    #expect(recursion.count == 400 && recursion.bytes == 12_800 && recursion.share == nil)
    #expect(recursion.enteredFrom?.symbol == "g")
  }

  @Test func whatTookTheMostIsToldNotWhatCameOftenest() throws {
    let recursion = try #require(
      UnwindReport.Recursion(
        in: [frame(0, "small", count: 900, size: 16), frame(900, "large", count: 100, size: 4096)],
        frameCount: 1000, stackSize: 400 << 10))
    #expect(recursion.functions.map(\.symbol) == ["large"])
    #expect(recursion.enteredFrom == nil)
  }

  @Test func unknownSizesAreNotCounted() throws {
    let recursion = try #require(
      UnwindReport.Recursion(
        in: [frame(0, "f", count: 5, size: nil)], frameCount: 5, stackSize: 4096))
    #expect(recursion.bytes == nil && recursion.share == nil && recursion.frames == 5)
  }

  @Test func aSmallRepetitionExplainsNothing() {
    let frames = [frame(0, "f", count: 49), frame(49, "g")]
    #expect(UnwindReport.Recursion(in: frames, frameCount: 100, stackSize: 1 << 20) == nil)
    #expect(UnwindReport.Recursion(in: frames, frameCount: 98, stackSize: 1 << 20) != nil)
    // Few frames, but of half the stack.
    #expect(UnwindReport.Recursion(in: frames, frameCount: 1000, stackSize: 49 * 64) != nil)
  }

  @Test func figuresOfADyingProcessEndNothing() throws {
    let recursion = try #require(
      UnwindReport.Recursion(
        in: [frame(.max, "f", count: .max, period: 1, size: .max)], frameCount: .max,
        stackSize: 1))
    #expect(recursion.bytes == .max)
    #expect(
      UnwindReport.Recursion(
        in: [frame(0, "f", count: 2, period: .max)], frameCount: 2, stackSize: 1)
        == nil)
  }

  @Test func aFoldCutShortIsNoRound() {
    #expect(
      UnwindReport.Recursion(
        in: [frame(0, "f", count: 5, period: 3)], frameCount: 5, stackSize: 4096)
        == nil)
    #expect(
      UnwindReport.Recursion(
        in: [frame(0, "f", count: 5, period: 2), frame(1, "g", count: 6, period: 2)],
        frameCount: 11, stackSize: 4096) == nil)
    #expect(
      UnwindReport.Recursion(
        in: [frame(0, "f", count: 5, period: 0)], frameCount: 5, stackSize: 4096)
        != nil)
  }
}

@Suite struct Unfolding {
  private let frames = [
    frame(0, "a"), frame(1, "b", count: 9, period: 2), frame(2, "c", count: 9, period: 2),
    frame(19, "d", count: 2), frame(21, "e"),
  ]

  @Test(arguments: [(0, "a e"), (1, "a b c d e"), (3, "a b c b c b c d d e")])
  func writesRoundsOut(_ rounds: Int, _ symbols: String) {
    let unfolded = frames.unfolded(atMost: rounds).map { $0.symbol ?? "" }
    #expect(unfolded.joined(separator: " ") == symbols)
  }
}

@Suite struct WhoAteTheStack {
  private func name(_ symbol: String?) -> CodeName { CodeName(symbol: symbol, image: "/bin/x") }

  private func trace(frames: Int, bytes: Int) -> Trace {
    Trace(
      entries: [], frameCount: frames, leftOut: 0, stackBytes: bytes, sites: [], isComplete: true,
      steps: 0, duration: 0)
  }

  @Test func functionsAreAddedUp() throws {
    let table = try #require(
      StackUse.table(
        [
          (.init(programCounter: Address(1), frames: 10, bytes: 500), name("a")),
          (.init(programCounter: Address(2), frames: 3, bytes: 600), name("b")),
          (.init(programCounter: Address(3), frames: 5, bytes: 250), name("a")),
        ], of: trace(frames: 20, bytes: 1450), stackSize: 2000))
    #expect(table.map(\.symbol) == ["a", "b", nil])
    #expect(table.map(\.frames) == [15, 3, 2])
    #expect(table.map(\.bytes) == [750, 600, 100])
    #expect(table.map(\.share) == [0.375, 0.3, 0.05])
    #expect(table[2].image == nil)
  }

  @Test func nothingKnown() {
    #expect(StackUse.table([], of: trace(frames: 5, bytes: 0), stackSize: 100) == nil)
  }
}
