import Testing

@testable import CrashLab

/// What repeats in a chain of Python's functions, and which of them have recursed.
@Suite struct PythonFoldingTests {
  private static func frame(
    _ function: String, _ count: Int = 1, period: Int? = nil, file: String = "x.py",
    line: Int? = 1
  ) -> PythonFrameReport {
    .init(function: function, file: file, line: line, count: count, period: period)
  }

  /// Letters are functions.
  @Test(
    arguments: [
      ("", ""), ("a", "a"), ("aa", "a*2"), ("ab", "a b"), ("abab", "a b a b"),
      ("ababab", "a*3/2 b*3/2"), ("cabababd", "c a*3/2 b*3/2 d"), ("abababa", "a*3/2 b*3/2 a"),
      ("aabaabaab", "a*3/3 a*3/3 b*3/3"), ("aaaabbbb", "a*4 b*4"),
      ("abcabcabcabc", "a*4/3 b*4/3 c*4/3"), ("aaaaaaa", "a*7"),
      ("abcdefghabcdefghabcdefgh", "a*3/8 b*3/8 c*3/8 d*3/8 e*3/8 f*3/8 g*3/8 h*3/8"),
      ("abcdefghiabcdefghiabcdefghi", "a b c d e f g h i a b c d e f g h i a b c d e f g h i"),
    ])
  func repetitions(chain: String, told: String) {
    let letters = Array("abcdefghi")
    let folded = PythonFrameReport.folded(
      chain.map { letters.firstIndex(of: $0)! }, of: letters.map { Self.frame("\($0)") })
    let text = folded.map {
      $0.function + ($0.count > 1 ? "*\($0.count)" : "") + ($0.period.map { "/\($0)" } ?? "")
    }
    #expect(text.joined(separator: " ") == told)
    #expect(folded.reduce(0) { $0 + $1.count } == chain.count)
  }

  @Test func longChainsAreQuick() {
    var state: UInt64 = 1
    let chain = (0..<200_000).map { _ -> Int in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 63)
    }
    let folded = PythonFrameReport.folded(chain, of: [Self.frame("a"), Self.frame("b")])
    #expect(folded.reduce(0) { $0 + $1.count } == chain.count)
  }

  @Test func whoRecursed() throws {
    let recursion = try #require(
      PythonRecursion(in: [
        Self.frame("dumps", file: "/usr/lib/python3.13/json/__init__.py"),
        Self.frame("walk", 300, line: 9), Self.frame("each", 150, line: 2),
        Self.frame("walk", 100, line: 8),
        Self.frame("run", file: "/usr/lib/python3.13/threading.py"),
        Self.frame("<module>"),
      ]))
    #expect(
      recursion.functions == [Self.frame("walk", 400, line: 9), Self.frame("each", 150, line: 2)])
    #expect(recursion.all == 553)
    #expect(recursion.enteredFrom == Self.frame("<module>"))
  }

  @Test func nobodyRecursed() {
    #expect(PythonRecursion(in: []) == nil)
    #expect(PythonRecursion(in: [Self.frame("f", 19)]) == nil)
    #expect(PythonRecursion(in: (0..<200).map { Self.frame("f\($0)") }) == nil)
    // A tenth of all, and no more than that together.
    #expect(
      PythonRecursion(in: [Self.frame("f", 40)] + (0..<160).map { Self.frame("g\($0)") }) == nil)
    #expect(PythonRecursion(in: [Self.frame("f", .max), Self.frame("g", .max)]) != nil)
  }
}
