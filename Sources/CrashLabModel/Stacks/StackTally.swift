/// Stacks of a kind together, however many there were: by name, entry function and size.
package struct StackTally: Sendable {
  package struct Key: Hashable, Sendable {
    package var kind: StackKind
    /// With a star for each number in it.
    package var name: String
    package var entry: Address?
    package var calls: [Address] = []
    package var size: Int?
    package var `guard`: Int?
  }

  package struct Group: Sendable, Equatable {
    package var count = 0
    /// How many of them nobody has seen the peak of.
    package var unseen = 0
    package var peak: StackPeak?
    package var threadLocalStorage: Int?
    package var deepest: SampledTrace?

    func adding(_ other: Group) -> Group {
      var sum = self
      sum.count += other.count
      sum.unseen += other.unseen
      if let peak = other.peak { sum.peak = peak.larger(sum.peak ?? peak) }
      if let storage = other.threadLocalStorage {
        sum.threadLocalStorage = max(threadLocalStorage ?? 0, storage)
      }
      if let other = other.deepest, other.depth > (deepest?.depth ?? -1) { sum.deepest = other }
      return sum
    }
  }

  /// Names may be made up without end.
  package static let mostGroups = 1024

  package private(set) var groups: [Key: Group] = [:]

  package init() {}

  package mutating func add(_ stack: UsedStack) {
    var key = Key(
      kind: stack.kind, name: namePattern(stack.name), entry: stack.entry, calls: stack.calls,
      size: stack.size, guard: stack.guard)
    if groups[key] == nil, groups.count >= StackTally.mostGroups {
      key = Key(kind: stack.kind, name: "*", entry: nil, size: stack.size, guard: nil)
      if groups[key] == nil, groups.count >= 2 * StackTally.mostGroups { key.size = nil }
    }
    var group = groups[key] ?? Group()
    group.count += 1
    if let peak = stack.peak {
      group.peak = group.peak?.larger(peak) ?? peak
    } else {
      group.unseen += 1
    }
    if let storage = stack.threadLocalStorage {
      group.threadLocalStorage = max(group.threadLocalStorage ?? 0, storage)
    }
    if let sample = stack.deepest, sample.depth > (group.deepest?.depth ?? -1) {
      group.deepest = sample
    }
    groups[key] = group
  }
}
