internal import CHarness
internal import CrashLabModel

// Mappings, threads and stacks, as far as a dump tells them and what is left of the process.
extension CoreAnalysis {
  func photograph(with evidence: Evidence) -> Photograph {
    var facts = FoundStack.Facts(
      mappings: memory.mappings, threads: [], scan: PageScan(), process: process,
      limits: mainStackLimits, pageSize: dump.pageSize(or: machine.pageSize))
    facts.threads = dump.threads.map { thread in
      var registers = thread.registers
      return ThreadSnapshot(
        id: thread.id, name: name(of: thread.id),
        stackPointer: Address(clab_stack_pointer_of(&registers)))
    }
    facts.threads[0].controlBlock =
      controlBlock(of: dump.threads[0]) ?? undumpedBlock(of: dump.threads[0])
    if let remains { facts.scan = remains.scan(Layout.memoryOfInterest(facts)) }
    let unsaid = guardUnsaid(evidence, pageSize: UInt64(facts.pageSize))
    var part: Range<Address>?
    switch unsaid {
    case .mapping(let mapping)?:
      let index = facts.mappings.lastIndex(startingAtOrBelow: mapping.low).map { $0 + 1 } ?? 0
      facts.mappings.insert(mapping, at: index)
      part = mapping.low..<mapping.high
    case .installed(let range)? where facts.scan.guards.isEmpty:
      facts.scan.guards = [range]
      part = range
    case .installed?: break
    case nil: break
    }
    facts.threads[0].stackPointer = witness(evidence, in: facts)
    let memory = memory
    facts.controlBlocks = facts.blocks(
      by: ControlBlocks(pageSize: facts.pageSize) { addresses, bytes, buffer in
        for (index, address) in addresses.enumerated() {
          let place = UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(buffer) + index * bytes, count: bytes)
          if memory.read(address, into: place) < bytes { return index }
        }
        return addresses.count
      })
    var stacks = FoundStack.find(facts).map(\.region)
    if let part { stacks.knowOnly(part, ofTheGuardMetBy: evidence, pageSize: facts.pageSize) }
    if let told = evidence.trace?.alternateStack(
      of: evidence.thread, words: memory.asTarget.words)
    {
      stacks = StackRegion.adding(told, to: stacks, mappings: facts.mappings)
    }
    return Photograph(
      mappings: facts.mappings,
      threads: facts.threads.map { Photograph.ThreadSeen(id: $0.id, name: $0.name) },
      stacks: stacks)
  }

  private var mainStackLimits: MainStackLimits {
    switch remains?.stackLimit {
    case .soft(let bytes)?: machine.mainStackLimits(soft: bytes)
    case .unlimited?: machine.mainStackLimits(soft: nil)
    case .unknown?, nil:
      MainStackLimits(soft: nil, gap: UInt64(machine.stackGuardGap), isTold: false)
    }
  }

  /// The C library's block of a thread: it begins with its own address, and holds the thread's
  /// number. Nil if it does not, or on another machine.
  func controlBlock(of thread: CoreDump.Thread) -> Address? {
    let base = thread.registers.fs_base
    let own = UInt32(bitPattern: remains?.innerIdentifiers[thread.id] ?? thread.id)
    let words = [UInt32](unsafeUninitializedCapacity: 256) { buffer, filled in
      filled = memory.read(base, into: UnsafeMutableRawBufferPointer(buffer)) / 4
    }
    guard base != 0, words.count > 1, UInt64(words[1]) << 32 | UInt64(words[0]) == base,
      words.contains(own)
    else { return nil }
    return Address(base)
  }

  /// Where the thread register says that the block is, of which the dump has nothing: nothing speaks
  /// against it.
  private func undumpedBlock(of thread: CoreDump.Thread) -> Address? {
    let base = thread.registers.fs_base
    var byte: UInt8 = 0
    let isDumped = withUnsafeMutableBytes(of: &byte) { memory.read(base, into: $0) > 0 }
    return base == 0 || isDumped ? nil : Address(base)
  }

  private func witness(_ evidence: Evidence, in facts: FoundStack.Facts) -> Address {
    let witness = evidence.addressInStack
    if let hidden = facts.scan.guards.first, hidden.contains(witness) { return hidden.upperBound }
    return evidence.addressInStack(in: facts.mappings)
  }

  /// A guard that the dump does not tell of, but the kernel's answer to the access does.
  private enum UnsaidGuard {
    case mapping(Mapping)
    case installed(Range<Address>)
  }

  /// At least the page of the access: memory without permissions, which gdb leaves out of its dumps,
  /// or MADV_GUARD_INSTALL, which no dump tells of.
  private func guardUnsaid(_ evidence: Evidence, pageSize: UInt64) -> UnsaidGuard? {
    guard evidence.signal == .segv, evidence.address.value <= .max - pageSize else { return nil }
    let low = Address(evidence.address.value / pageSize * pageSize)
    let page = low..<Address(low.value + pageSize)
    let mapping = memory.mappings.holding(evidence.address)
    switch (evidence.code.description, mapping) {
    case ("SEGV_ACCERR", nil):
      return .mapping(Mapping(low: page.lowerBound, high: page.upperBound, permissions: []))
    case ("SEGV_MAPERR", let mapping?)
    where mapping.path.isEmpty && mapping.permissions.permits(evidence.access):
      return .installed(page)
    default: return nil
    }
  }
}

extension [StackRegion] {
  /// Of a guard one page is known. It may go on below; and above too, unless the innermost frame
  /// begins directly above the page.
  fileprivate mutating func knowOnly(
    _ page: Range<Address>, ofTheGuardMetBy evidence: Evidence, pageSize: Int
  ) {
    guard let index = firstIndex(where: { $0.guard.low..<$0.guard.high == page }) else { return }
    self[index].guard.isPart = true
    let frame = evidence.trace?.entries.first?.canonicalFrameAddress ?? evidence.stackPointer
    if frame.value > page.upperBound.value.addingReportingOverflow(UInt64(pageSize)).partialValue {
      self[index].isLimitKnown = false
    }
  }
}
