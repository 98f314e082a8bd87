import CHarness
import Glibc
import Testing

/// Memory for the stacks of cases.
@Suite struct StackMemoryTests {
  /// What others map meanwhile, such as malloc for a thread, must not fill it: a case that expects
  /// nothing below its guard would find something there.
  @Test func nobodyMapsIntoAHole() throws {
    let below = 4 << 20
    let limit = try #require(clab_map_stack(below, true, 4096, 64 << 10))
    let hole = (limit - 4096 - below)..<(limit - 4096)
    defer { munmap(hole.upperBound, 4096 + 64 << 10) }
    for size in [128 << 20, 8 << 20, 1 << 20, 4096] {
      let other = try #require(
        mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "\(size)")
      defer { munmap(other, size) }
      #expect(other != MAP_FAILED && !hole.overlaps(other..<(other + size)), "\(size)")
    }
  }
}
