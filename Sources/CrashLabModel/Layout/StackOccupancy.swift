/// How much of a stack is in use, and what lies below it.
package struct StackOccupancy: Sendable, Equatable {
  /// The nearest memory below a stack's guard.
  package struct Neighbour: Sendable, Equatable {
    package enum Kind: String, Codable, Sendable { case stack, mapping }
    package var kind: Kind
    /// Of the stack's owner, or what the mapping is.
    package var name: String
    /// From the stack limit down to the neighbour's top, bytes: the guard is part of it.
    package var distance: Int

    package init(kind: Kind, name: String, distance: Int) {
      self.kind = kind
      self.name = name
      self.distance = distance
    }
  }

  package var stack: FoundStack
  /// From the stack pointer to the top, bytes.
  package var inUse: Int?
  /// From the lowest touched page to the top, bytes: the high-water mark.
  package var touched: Int
  /// Bytes of touched pages.
  package var resident: Int
  /// The longest run of untouched pages with touched ones below, bytes: one frame was so large, or
  /// the pages were given back.
  package var largestStep: Int
  package var below: Neighbour?
  /// What the stack's memory really is, where its limits are uncertain.
  package var memory: String

  package init(
    stack: FoundStack, inUse: Int?, touched: Int, resident: Int, largestStep: Int,
    below: Neighbour?, memory: String
  ) {
    self.stack = stack
    self.inUse = inUse
    self.touched = touched
    self.resident = resident
    self.largestStep = largestStep
    self.below = below
    self.memory = memory
  }

  /// Looks at every stack. Pure.
  ///
  /// - Parameters:
  ///   - stacks: in ascending order.
  ///   - mappings: in ascending order.
  package static func of(
    _ stacks: [FoundStack], mappings: [Mapping], scan: PageScan
  ) -> [StackOccupancy] {
    stacks.indices.map { index in
      let region = stacks[index].region
      let touched = scan.touched.within(region.low..<region.high)
      var step = 0
      for (lower, upper) in zip(touched, touched.dropFirst()) {
        step = max(step, distance(from: lower.upperBound, to: upper.lowerBound))
      }
      return StackOccupancy(
        stack: stacks[index],
        inUse: stacks[index].stackPointer.map { distance(from: $0, to: region.high) },
        touched: touched.first.map { distance(from: $0.lowerBound, to: region.high) } ?? 0,
        resident: touched.reduce(0) { $0.plus(distance(from: $1.lowerBound, to: $1.upperBound)) },
        largestStep: step,
        below: neighbour(below: region, index: index, stacks: stacks, mappings: mappings),
        memory: mappings.holding(region.low)?.label ?? "")
    }
  }

  private static func distance(from low: Address, to high: Address) -> Int {
    low < high ? Int(clamping: high.value - low.value) : 0
  }

  private static func neighbour(
    below region: StackRegion, index: Int, stacks: [FoundStack], mappings: [Mapping]
  ) -> Neighbour? {
    // The kernel's gap is free, but the main stack grows: what lies below it is its neighbour.
    let end = region.guard.kind == .kernelGap ? region.low : region.guard.low
    if index > 0 {
      let lower = stacks[index - 1].region
      // Stacks that share a mapping, or one that hidden guards divide.
      let isShared = mappings.holding(lower.low) == mappings.holding(region.low)
      if isShared || lower.high >= end {
        return Neighbour(
          kind: .stack, name: lower.name,
          distance: distance(from: lower.high, to: region.low))
      }
    }
    guard end.value > 0,
      var place = mappings.lastIndex(startingAtOrBelow: Address(end.value - 1))
    else { return nil }
    // What permits nothing is no neighbour: an access there faults too.
    while mappings[place].permissions.isDisjoint(with: [.read, .write]) {
      guard place > 0 else { return nil }
      place -= 1
    }
    let mapping = mappings[place]
    let top = min(mapping.high, region.low)
    let distance = distance(from: top, to: region.low)
    if index > 0, stacks[index - 1].region.contains(Address(top.value - 1)) {
      return Neighbour(kind: .stack, name: stacks[index - 1].region.name, distance: distance)
    }
    return Neighbour(kind: .mapping, name: mapping.label, distance: distance)
  }
}
