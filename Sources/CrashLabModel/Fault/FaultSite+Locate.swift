extension FaultSite {
  /// What the classification looks at: the fault, and the process around it.
  package struct Facts: Sendable {
    package var code: SignalCode
    package var address: Address
    package var access: Access?
    package var stackPointer: Address
    package var thread: Int32
    /// Canonical frame addresses, innermost first: they tell which stack was in use when the
    /// stack pointer itself has already left it.
    package var frameAddresses: [Address]
    package var mappings: [Mapping]
    package var stacks: [StackRegion]
    /// Addresses below this are a null pointer with an offset (vm.mmap_min_addr).
    package var nullLimit: Address
    /// What the instruction tells, where the kernel knew no address.
    package var refusal = RefusalCause.unknown
    /// The signal frame that did not fit.
    package var signalFrame: SignalFrame? = nil
    /// The instruction takes back what was put on the stack. A stack that overflows is written
    /// first: the stack pointer was not this stack's.
    package var pops = false
    /// It is told by the stack pointer where to go, or does what nothing but a probe of the stack does:
    /// then the access may lie farther below than a frame's own.
    package var probes = false

    package init(
      code: SignalCode, address: Address, access: Access?, stackPointer: Address, thread: Int32,
      frameAddresses: [Address] = [], mappings: [Mapping], stacks: [StackRegion],
      nullLimit: Address = Address(65536)
    ) {
      self.code = code
      self.address = address
      self.access = access
      self.stackPointer = stackPointer
      self.thread = thread
      self.frameAddresses = frameAddresses
      self.mappings = mappings
      self.stacks = stacks
      self.nullLimit = nullLimit
    }
  }

  /// Says where a fault fell. Pure: the same facts give the same site.
  package static func locate(_ facts: Facts) -> FaultSite {
    guard facts.code.signal == .segv || facts.code.signal == .bus, !facts.code.isSent else {
      return FaultSite(.notAFault)
    }
    if facts.code.isKernel || facts.code.isMisaligned && facts.address.value == 0 {
      if let frame = facts.signalFrame, let stack = stackInUse(facts) {
        return FaultSite(below: stack, by: frame)
      }
      if case .nonCanonical = facts.refusal { return FaultSite(.nonCanonical) }
      return FaultSite(.refused)
    }
    if facts.address < facts.nullLimit { return FaultSite(.nullPage) }

    let inUse = stackInUse(facts)
    if !facts.pops,
      let hit = facts.stacks.first(where: {
        $0.guard.kind != .kernelGap && $0.guard.contains(facts.address)
      }), !isAboveOwn(inUse, guard: hit, facts)
    {
      return FaultSite(hit.guard.kind == .none ? .unmapped : .guard, of: hit, at: facts.address)
        .strayed(from: hit, facts)
    }
    if !facts.pops, let inUse, isStackAccess(facts, below: inUse) {
      return below(inUse, facts: facts)
    }
    if !facts.pops, let main = facts.stacks.first(where: { $0.kind == .main }),
      main.guard.contains(facts.address)
    {
      return FaultSite(.mainStackLimit, of: main, at: facts.address).strayed(from: main, facts)
    }
    let mapping = facts.mappings.holding(facts.address)
    if let hit = facts.stacks.first(where: { $0.contains(facts.address) }),
      mapping != nil || hit.kind == .main || hit == inUse
    {
      if !facts.pops, hit.kind == .main, facts.address < grownEnd(of: hit, in: facts.mappings) {
        var site = FaultSite(.mainStackLimit, of: hit, at: facts.address)
        site.mapping =
          obstacle(below: facts.address, gap: hit.guard.size, in: facts.mappings)?.label
        return site.strayed(from: hit, facts)
      }
      var site = FaultSite(hit == inUse ? .ownStack : .otherStack, of: hit, at: facts.address)
      site.mapping = mapping?.label
      return site
    }
    guard let mapping else { return FaultSite(.unmapped) }
    return FaultSite(.mapping, mapping: mapping.label)
  }

  /// The stack that the faulting code ran on. The stack pointer says so as long as it is inside;
  /// after a frame larger than the guard only the callers' frames still lie there.
  package static func stackInUse(_ facts: Facts) -> StackRegion? {
    for inside in addressesInUse(facts) {
      guard let stack = facts.stacks.last(where: { $0.contains(inside) }) else { continue }
      return stack.isLimitKnown ? stack : alternate(facts) ?? stack
    }
    return facts.stacks.first { $0.kind == .thread && $0.thread == facts.thread }
  }

  /// The alternate stack that the frames began on: they have left it where it had no guard, and gone
  /// on through its neighbours.
  private static func alternate(_ facts: Facts) -> StackRegion? {
    facts.stacks.first { stack in
      stack.kind == .alternateStack
        && facts.frameAddresses.contains { $0.value > 0 && stack.contains(Address($0.value - 1)) }
    }
  }

  /// Bytes of the innermost frames, the most trusted first.
  private static func addressesInUse(_ facts: Facts) -> [Address] {
    // A frame's own address is the highest of its bytes plus one.
    (facts.frameAddresses.prefix(8) + [facts.stackPointer]).filter { $0.value > 0 }
      .map { Address($0.value - 1) }
  }

  /// Whether the guard of another stack begins where the stack in use ends: its thread has left its
  /// own stack at the top, and the other has not overflowed.
  private static func isAboveOwn(
    _ own: StackRegion?, guard hit: StackRegion, _ facts: Facts
  ) -> Bool {
    guard let own, own != hit, own.contains(facts.stackPointer) else { return false }
    return hit.guard.low == own.high
  }

  /// How far below the stack pointer a frame's own access may lie: in the red zone (System V ABI: 128
  /// bytes), or a word further down, as a push or a call. On aarch64 there is no red zone, but a store
  /// that moves the stack pointer writes up to 1,024 bytes below it.
  private static var reach: UInt64 {
    #if arch(x86_64)
      128 + 8
    #else
      1024
    #endif
  }

  /// Whether an access below the limit was one of the stack's own: a frame's bytes lie at or above
  /// the stack pointer, or a little below it. Where no frame lies in the stack, a stack pointer that
  /// is further below it than the stack is large has not come from there.
  private static func isStackAccess(_ facts: Facts, below stack: StackRegion) -> Bool {
    guard facts.address < stack.low,
      facts.address.value &+ reach >= facts.stackPointer.value
    else { return false }
    return addressesInUse(facts).contains(where: stack.contains)
      || stack.low.value - facts.address.value <= UInt64(stack.size)
  }

  /// Whether a stack has come where the access fell, and not only a pointer.
  private static func hasComeThere(_ stack: StackRegion, _ facts: Facts) -> Bool {
    let pointer = facts.stackPointer
    guard pointer.value > 0 else { return true }  // nobody knows it
    guard facts.access != .execute, pointer <= stack.high,
      facts.probes || facts.address.value &+ reach >= pointer.value
    else { return false }
    if pointer >= stack.guard.low || stackInUse(facts) == stack { return true }
    return !facts.stacks.contains { $0 != stack && $0.contains(pointer) }
      && stack.low.value - pointer.value <= UInt64(stack.size)
  }

  /// The same site, marked where it was not the stack that came there.
  private func strayed(from stack: StackRegion, _ facts: Facts) -> FaultSite {
    if FaultSite.hasComeThere(stack, facts) { return self }
    var site = self
    let (low, high) = (
      min(facts.address.value, facts.stackPointer.value),
      max(facts.address.value, facts.stackPointer.value)
    )
    site.strayBy = Int(clamping: high - low)
    return site
  }

  /// The lowest address that the main stack has grown to.
  private static func grownEnd(of stack: StackRegion, in mappings: [Mapping]) -> Address {
    mappings.holding(Address(stack.high.value - 1))?.low ?? stack.high
  }

  /// What keeps the main stack from growing to this address: an accessible mapping that would then
  /// be nearer than the gap (mm/vma.c, expand_downwards).
  private static func obstacle(
    below address: Address, gap: Int, in mappings: [Mapping]
  ) -> Mapping? {
    guard let index = mappings.lastIndex(startingAtOrBelow: address) else { return nil }
    let nearest = mappings[index]
    // It grows by whole pages; all page sizes are multiples of the smallest.
    let page = address.value & ~0xfff
    return !nearest.permissions.isDisjoint(with: [.read, .write, .execute])
      && (nearest.contains(address) || page - nearest.high.value < UInt64(gap))
      ? nearest : nil
  }

  private static func below(_ stack: StackRegion, facts: Facts) -> FaultSite {
    var site = FaultSite(
      stack.kind == .main ? .mainStackLimit : .pastGuard, of: stack, at: facts.address)
    site.mapping = facts.mappings.holding(facts.address)?.label
    // Without a limit only something else can have kept it from growing.
    if stack.kind == .main, !stack.isLimitKnown {
      site.mapping =
        obstacle(below: facts.address, gap: stack.guard.size, in: facts.mappings)?.label
    }
    return site
  }

  /// A signal frame reaches from the stack into its guard, and at most through it.
  private init(below stack: StackRegion, by frame: SignalFrame) {
    let missing = UInt64(clamping: max(1, frame.needed - frame.available))
    let kind: Kind =
      stack.kind == .main ? .mainStackLimit : stack.guard.kind == .none ? .pastGuard : .guard
    let reach = kind == .guard ? min(missing, UInt64(clamping: max(1, stack.guard.size))) : missing
    self.init(kind, of: stack, at: Address(stack.low.value &- reach))
    skipped = 0
  }

  /// Of a stack without a known limit only whose it is: there is nothing to measure from.
  private init(_ kind: Kind, of stack: StackRegion, at address: Address) {
    if !stack.isLimitKnown {
      self.init(kind, owner: Owner(kind: stack.kind, name: stack.name))
      return
    }
    let distance = Int(clamping: Int64(bitPattern: stack.low.value &- address.value))
    self.init(
      kind, owner: Owner(kind: stack.kind, name: stack.name), stackLimit: stack.low,
      stackSize: stack.isTopKnown ? stack.size : nil,
      stackSizeAtMost: stack.isTopKnown ? nil : stack.size, guard: stack.guard, overshoot: distance,
      skipped: distance > 0 ? max(0, distance - stack.guard.size) : nil)
  }
}

extension Mapping {
  /// The path, or what kind of memory it is.
  package var label: String {
    path.isEmpty ? "anonymous \(permissions)" : path
  }
}

extension Mapping.Permissions: CustomStringConvertible {
  /// As in /proc/PID/maps: `rw-p`.
  package var description: String {
    (contains(.read) ? "r" : "-") + (contains(.write) ? "w" : "-")
      + (contains(.execute) ? "x" : "-") + (contains(.shared) ? "s" : "p")
  }
}
