import Testing

@testable import CrashLabModel

/// The deepest way through a graph of calls, and what is said where there is none.
@Suite struct CallGraphTests {
  private func function(
    _ number: UInt64, own: Int = 16, calls: [(CallGraph.Target, Int)] = [],
    doubts: Set<CallGraph.Doubt> = []
  ) -> CallGraph.Function {
    .init(
      address: Address(number), name: "f\(number)", own: own,
      calls: calls.enumerated().map {
        .init(
          site: Address(number * 100 + UInt64($0.offset)), target: $0.element.0,
          depth: $0.element.1)
      }, doubts: doubts)
  }

  private func to(_ number: UInt64) -> CallGraph.Target { .function(Address(number)) }

  @Test func deepestWayIsNotTheLongest() {
    let graph = CallGraph([
      function(1, calls: [(to(2), 32), (to(4), 64)]), function(2, calls: [(to(3), 16)]),
      function(3, own: 24), function(4, own: 1000),
    ])
    let deepest = graph.deepest(from: Address(1))
    #expect(deepest.bytes == 1064 && deepest.unknowns.isEmpty && deepest.reached == 4)
    #expect(deepest.path.map(\.name) == ["f1", "f4"])
    #expect(deepest.path.map(\.bytes) == [64, 1000])
  }

  @Test func tailCallAddsNothing() {
    let graph = CallGraph([function(1, own: 500, calls: [(to(2), 0)]), function(2, own: 400)])
    #expect(graph.deepest(from: Address(1)).bytes == 500)
  }

  @Test func recursionIsNamedAndNeverEndless() {
    let graph = CallGraph([
      function(1, calls: [(to(2), 32)]), function(2, calls: [(to(3), 48)]),
      function(3, calls: [(to(2), 64), (to(4), 16)]), function(4, own: 80),
    ])
    let deepest = graph.deepest(from: Address(1))
    #expect(deepest.unknowns.map(\.kind) == [.recursion])
    #expect(deepest.unknowns.first?.names == ["f2", "f3"])
    let assumed = graph.deepest(from: Address(1), assuming: .init(["f2": 4096]))
    #expect(assumed.unknowns.isEmpty && assumed.bytes == 4128)
  }

  @Test func whatCanNotBeKnownIsSaid() {
    let graph = CallGraph([
      function(
        1,
        calls: [(.indirect, 32), (.external("memcpy"), 48), (to(9), 16), (to(2), 16)]),
      function(2, doubts: [.dynamicFrame]),
    ])
    let kinds = graph.deepest(from: Address(1)).unknowns.map(\.kind)
    #expect(kinds == [.indirectCall, .externalCall, .dynamicFrame, .notUnderstood])
    var assumed = StackAssumptions()
    let number: (String) -> Int? = { Int($0) }
    let taken = ["memcpy=100", "f1:*=200", "memcpy", "=5", "x=-1"].map {
      assumed.add($0, bytes: number)
    }
    #expect(taken == [true, true, false, false, false])
    let less = graph.deepest(from: Address(1), assuming: assumed)
    #expect(less.unknowns.map(\.kind) == [.dynamicFrame, .notUnderstood])
    #expect(less.bytes == 232)
  }

  /// A file may hold any graph: no recursion of ours, and no more time than there are calls.
  @Test func longChainsAndManyWays() {
    let count: UInt64 = 50_000
    var functions = (1..<count).map { function($0, calls: [(to($0 + 1), 16), (to($0 + 1), 8)]) }
    functions.append(function(count))
    let deepest = CallGraph(functions).deepest(from: Address(1))
    #expect(deepest.bytes == 16 * Int(count))
  }
}
