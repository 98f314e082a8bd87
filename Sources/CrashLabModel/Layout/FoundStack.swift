/// A stack of a process that was looked at from outside, and how it is used.
package struct FoundStack: Sendable, Equatable {
  /// What its limits were found by.
  package enum Evidence: String, Codable, Sendable {
    /// The kernel names the main stack itself.
    case kernel
    /// The C library's block of the thread lies at its top.
    case controlBlock = "thread-control-block"
    /// Memory with a guard below it that the stack pointer lies in.
    case shape
    /// The process said so.
    case noted
    /// Only the mapping that the stack pointer lies in: it may be more than a stack.
    case stackPointer = "stack-pointer"
  }

  package var region: StackRegion
  package var stackPointer: Address?
  package var evidence: Evidence

  package init(region: StackRegion, stackPointer: Address?, evidence: Evidence) {
    self.region = region
    self.stackPointer = stackPointer
    self.evidence = evidence
  }
}

extension FoundStack {
  /// What the search looks at.
  package struct Facts: Sendable {
    /// In ascending order.
    package var mappings: [Mapping]
    package var threads: [ThreadSnapshot]
    package var scan: PageScan
    /// The C library's thread control blocks, in ascending order: each lies in the highest page
    /// of its thread's stack.
    package var controlBlocks: [Address] = []
    /// What the process itself says.
    package var claims: [StackRegion.Claim] = []
    package var process: Int32
    package var limits: MainStackLimits
    package var pageSize = 4096

    package init(
      mappings: [Mapping], threads: [ThreadSnapshot], scan: PageScan, controlBlocks: [Address] = [],
      claims: [StackRegion.Claim] = [], process: Int32, limits: MainStackLimits,
      pageSize: Int = 4096
    ) {
      self.mappings = mappings
      self.threads = threads
      self.scan = scan
      self.controlBlocks = controlBlocks
      self.claims = claims
      self.process = process
      self.limits = limits
      self.pageSize = pageSize
    }
  }

  /// Finds every thread's stack: the kernel does not know them, so that they are looked for around
  /// the stack pointers. In ascending order. Pure.
  package static func find(_ facts: Facts) -> [FoundStack] {
    var found: [FoundStack] = []
    let names = facts.threads.first { $0.id == facts.process }
    if var main = StackRegion.find(
      claims: [], mappings: facts.mappings, installedGuards: [], limits: facts.limits
    ).first {
      main.thread = facts.process
      main.name = names?.name ?? "main"
      let pointer = names?.stackPointer.flatMap { main.contains($0) ? $0 : nil }
      found.append(FoundStack(region: main, stackPointer: pointer, evidence: .kernel))
    }
    let firstClaimed = found.count
    let claimed = facts.claims.filter { $0.kind != .thread && $0.kind != .main && $0.low < $0.high }
      .sorted { $0.low < $1.low }
    for claim in claimed {
      let region = StackRegion(
        kind: claim.kind, name: claim.name, number: claim.number, thread: claim.thread,
        low: claim.low, high: claim.high, guard: facts.guardBelow(claim.low))
      found.append(FoundStack(region: region, stackPointer: nil, evidence: .noted))
    }
    for thread in facts.threads {
      guard let pointer = thread.stackPointer else { continue }
      // A thread that runs a coroutine, or stands in a handler, is on a stack that is listed.
      if let index = claimed.lastIndex(where: { $0.low <= pointer }),
        claimed[index].high > pointer
      {
        found[firstClaimed + index].stackPointer = pointer
        continue
      }
      if let stack = facts.stack(of: thread, at: pointer) { found.append(stack) }
    }
    found.sort { $0.region.low < $1.region.low }
    return found
  }
}

extension FoundStack.Facts {
  /// The memory between the borders that a thread's stack pointer lies in.
  package func segment(around pointer: Address) -> Range<Address>? {
    guard let mapping = mappings.holding(pointer), mapping.permissions.contains(.write) else {
      return nil
    }
    var low = mapping.low
    var high = mapping.high
    let above = scan.guards.firstIndex(endingAbove: pointer)
    if above > 0 { low = max(low, scan.guards[above - 1].upperBound) }
    if above < scan.guards.count { high = min(high, scan.guards[above].lowerBound) }
    return low < high && low <= pointer && pointer < high ? low..<high : nil
  }

  /// The first control block at or above the stack pointer, below `high`.
  private func blocks(around pointer: Address, in segment: Range<Address>) -> (Address?, Address?) {
    var low = 0
    var high = controlBlocks.count
    while low < high {
      let middle = (low + high) / 2
      if controlBlocks[middle] < pointer { low = middle + 1 } else { high = middle }
    }
    let above = low < controlBlocks.count ? controlBlocks[low] : nil
    let below = low > 0 ? controlBlocks[low - 1] : nil
    return (
      above.flatMap { segment.contains($0) ? $0 : nil },
      below.flatMap { segment.contains($0) ? $0 : nil }
    )
  }

  fileprivate func stack(of thread: ThreadSnapshot, at pointer: Address) -> FoundStack? {
    guard let segment = segment(around: pointer), let mapping = mappings.holding(pointer),
      mapping.path != "[stack]"
    else { return nil }
    let (above, below) = blocks(around: pointer, in: segment)
    // Stacks without a guard lie in one mapping: the block of the thread below ends that thread's.
    let low = below.map(pageEnd) ?? segment.lowerBound
    let top = above.map(pageEnd) ?? top(of: segment, by: thread, at: pointer)
    let high = top ?? segment.upperBound
    let guardFound = guardBelow(low)
    let evidence: FoundStack.Evidence =
      if above != nil { .controlBlock } else if guardFound.kind != .none, mapping.path.isEmpty {
        .shape
      } else { .stackPointer }
    // The kernel gave the main thread its stack: on any other it runs a coroutine. So does a thread
    // whose control block lies elsewhere: the C library puts it at the top of the thread's stack.
    let isElsewhere = thread.controlBlock.map { !isReached($0, from: low..<high) } ?? false
    let kind: StackKind = thread.id == process || isElsewhere ? .coroutine : .thread
    return FoundStack(
      region: StackRegion(
        kind: kind, name: thread.name, thread: thread.id, low: low, high: high, guard: guardFound,
        isLimitKnown: above != nil || guardFound.kind != .none, isTopKnown: top != nil),
      stackPointer: pointer, evidence: evidence)
  }

  /// Whether an address lies in a piece of memory, or above it with nothing in between that can't be
  /// written: an overflow of static memory goes down through several mappings.
  private func isReached(_ address: Address, from piece: Range<Address>) -> Bool {
    guard piece.lowerBound <= address else { return false }
    let hidden = scan.guards.firstIndex(endingAbove: piece.lowerBound)
    if hidden < scan.guards.count, scan.guards[hidden].lowerBound < address { return false }
    guard var place = mappings.lastIndex(startingAtOrBelow: piece.lowerBound) else { return false }
    while !mappings[place].contains(address) {
      guard place + 1 < mappings.count, mappings[place + 1].low == mappings[place].high,
        mappings[place + 1].permissions.contains(.write)
      else { return false }
      place += 1
    }
    return true
  }

  /// The end of a thread's stack by its own control block, which lies in the highest page or two, with
  /// what the C library puts above it. Nil if it is not known, or lies elsewhere: of the first thread
  /// it lies in memory that the loader has made.
  private func top(
    of segment: Range<Address>, by thread: ThreadSnapshot, at pointer: Address
  ) -> Address? {
    guard thread.id != process, let block = thread.controlBlock, pointer <= block,
      segment.contains(block)
    else { return nil }
    return segment.upperBound.value - block.value <= UInt64(2 * pageSize)
      ? segment.upperBound : pageEnd(block)
  }

  private func pageEnd(_ address: Address) -> Address {
    Address((address.value / UInt64(pageSize) &+ 1) &* UInt64(pageSize))
  }

  fileprivate func guardBelow(_ limit: Address) -> Guard {
    guard limit.value > 0 else { return .none(below: limit) }
    let index = scan.guards.firstIndex(endingAbove: Address(limit.value - 1))
    return Guard.below(
      limit, askedFor: 0, mappings: mappings,
      installedGuards: Array(scan.guards[index...].prefix(1)))
  }
}
