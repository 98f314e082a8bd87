import CrashLabTesting
import Glibc
import Testing

@testable import CrashLab

@inline(never) private func use(_ bytes: Int, _ level: Int) -> Int {
  withUnsafeTemporaryAllocation(byteCount: 512, alignment: 16) { frame in
    if let low = frame.baseAddress { memset(low, Int32(level | 1), frame.count) }
    let deeper = level > 0 ? use(bytes, level - 1) : 0
    return deeper &+ Int(frame[Child.opaque(0)])
  }
}

/// Stacks of closures, in this process.
@Suite struct StackMeasurementTests {
  @Test func emptyClosureUsesNothing() throws {
    #expect(try measureStack {} <= 64)
  }

  @Test func deeperIsMore() throws {
    let sizes = try [10, 20, 100, 500].map { level in try measureStack { _ = use(0, level) } }
    #expect(sizes == sizes.sorted() && sizes[0] > 10 * 512)
    // Every level takes the same, but for where the deepest one ends.
    let frame = Double(sizes[3] - sizes[2]) / 400
    #expect(abs(Double(sizes[1] - sizes[0]) - 10 * frame) <= 128)
  }

  @Test func sameClosureUsesTheSame() throws {
    // The first call of a library's function takes stack for the dynamic linker too.
    _ = use(0, 50)
    let first = try measureStack { _ = use(0, 50) }
    for _ in 0..<20 { #expect(try measureStack { _ = use(0, 50) } == first) }
  }

  @Test func capturesAndThrows() throws {
    struct Problem: Error {}
    var result = 0
    try expectStack(atMost: 64 << 10) { result = use(0, 10) }
    #expect(result != 0)
    #expect(throws: Problem.self) { try measureStack { throw Problem() } }
  }

  @Test func tooMuchIsAnIssue() throws {
    try withKnownIssue {
      try expectStack(atMost: 4096) { _ = use(0, 50) }
    } matching: {
      $0.comments.contains { $0.rawValue.contains("more than the 4096 that it may") }
    }
  }

  @Test func smallestStackHoldsIt() throws {
    let size = try smallestStack(upTo: 1 << 20) { _ = use(0, 200) }
    let needed = try measureStack { _ = use(0, 200) }
    #expect(size > needed && size < needed + (64 << 10))
    #expect(size % 4096 == 0)
  }
}
