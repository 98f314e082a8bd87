/// A piece of a process's address space as a report shows it: a stack, a guard, or what else lies
/// there.
package struct MemoryRegion: Sendable, Equatable, Codable {
  package enum Kind: String, Codable, Sendable { case stack, `guard`, mapping }

  package var low: Address
  /// One past the last.
  package var high: Address
  package var kind: Kind
  /// Whose stack or guard; null for a mapping.
  @Nullable package var owner: FaultSite.Owner?
  /// A mapping's path, or `anonymous` with its permissions; null for a stack or a guard.
  @Nullable package var mapping: String?

  package init(
    low: Address, high: Address, kind: Kind, owner: FaultSite.Owner? = nil, mapping: String? = nil
  ) {
    self.low = low
    self.high = high
    self.kind = kind
    self.owner = owner
    self.mapping = mapping
  }
}

extension MemoryRegion {
  /// Reports stay small: no more regions than this around a fault.
  package static let most = 12

  /// What lies around a fault, in ascending order: the stack it belongs to, the guard, and the
  /// nearest neighbours on both sides. Empty where the kernel gave no address.
  package static func around(
    _ address: Address, site: FaultSite, mappings: [Mapping], stacks: [StackRegion]
  ) -> [MemoryRegion] {
    guard site.kind != .notAFault, site.kind != .nonCanonical, site.kind != .refused,
      site.kind != .nullPage
    else {
      return []
    }
    var window = address...address
    if let limit = site.stackLimit, let size = site.stackExtent {
      let top = Address(limit.value &+ UInt64(clamping: size))
      window = min(address, site.guard?.low ?? limit)...max(address, limit, top)
    }
    let mappings = near(window, in: mappings)
    let ends = (mappings.first?.low ?? window.lowerBound, mappings.last?.high ?? window.upperBound)
    let known = ofStacks(stacks.filter { $0.high > ends.0 && $0.guard.low < ends.1 })
    let all = (known + rest(of: mappings, apartFrom: known)).sorted { $0.low < $1.low }
    let below = all.prefix { $0.high <= window.lowerBound }.suffix(2)
    let above = all.drop { $0.low <= window.upperBound }.prefix(2)
    let inside = all.filter { $0.high > window.lowerBound && $0.low <= window.upperBound }
    let nearest = inside.sorted { $0.distance(to: address) < $1.distance(to: address) }
    return (Array(below) + nearest.prefix(most - 4) + Array(above)).sorted { $0.low < $1.low }
  }

  /// The mappings in the window and a few on both sides: a process may have tens of thousands.
  private static func near(_ window: ClosedRange<Address>, in mappings: [Mapping]) -> [Mapping] {
    let first = mappings.lastIndex(startingAtOrBelow: window.lowerBound) ?? 0
    let last = mappings.lastIndex(startingAtOrBelow: window.upperBound) ?? 0
    return Array(mappings[max(0, first - 4)..<min(mappings.count, last + 5)])
  }

  private static func ofStacks(_ stacks: [StackRegion]) -> [MemoryRegion] {
    stacks.flatMap { stack in
      let owner = FaultSite.Owner(kind: stack.kind, name: stack.name)
      let regions = [
        MemoryRegion(low: stack.guard.low, high: stack.guard.high, kind: .guard, owner: owner),
        MemoryRegion(low: stack.low, high: stack.high, kind: .stack, owner: owner),
      ]
      return regions.filter { $0.low < $0.high }
    }
  }

  /// The mappings, without what stacks and guards already account for.
  private static func rest(
    of mappings: [Mapping], apartFrom known: [MemoryRegion]
  ) -> [MemoryRegion] {
    let known = known.sorted { $0.low < $1.low }
    var regions: [MemoryRegion] = []
    for mapping in mappings {
      var low = mapping.low
      for region in known where region.low < mapping.high && region.high > mapping.low {
        if low < region.low {
          regions.append(
            MemoryRegion(low: low, high: region.low, kind: .mapping, mapping: mapping.label))
        }
        low = max(low, region.high)
      }
      if low < mapping.high {
        regions.append(
          MemoryRegion(low: low, high: mapping.high, kind: .mapping, mapping: mapping.label))
      }
    }
    return regions
  }

  private func distance(to address: Address) -> UInt64 {
    if address < low { return low.value - address.value }
    return address < high ? 0 : address.value - high.value
  }
}
