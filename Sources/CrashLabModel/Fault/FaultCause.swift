/// Why an address was wrong, as far as the instruction, the registers and the stack prove it.
package struct FaultCause: Sendable, Equatable, Codable {
  package enum Kind: String, Sendable, Codable {
    /// The pointer was null, and the access was to something behind its beginning.
    case nullMember = "null-member"
    /// A call through a pointer that was null.
    case nullCall = "null-call"
    /// The bytes of the pointer are text: it was overwritten, or never was a pointer.
    case textPointer = "text-pointer"
    /// The function returned to an address that is none: the word on the stack was overwritten.
    case returnAddressOverwritten = "return-address-overwritten"
    /// The function returned to where nothing is mapped, near what is: the word on the stack was
    /// overwritten, or the code was there once.
    case returnedToNoCode = "returned-to-no-code"
    /// A signal handler returned to the code that ends it (sa_restorer), which is not there.
    case restorerMissing = "restorer-missing"
  }

  package var kind: Kind
  /// That held the pointer; null if it was in memory, or two registers were added.
  @Nullable package var register: String?
  /// The pointer itself.
  package var pointer: Address
  /// From the pointer to the access, in bytes; null for a jump.
  @Nullable package var offset: Int?
  /// What the pointer's bytes read as; null if they are no text.
  @Nullable package var text: String?

  package init(
    _ kind: Kind, register: String? = nil, pointer: Address, offset: Int? = nil,
    text: String? = nil
  ) {
    self.kind = kind
    self.register = register
    self.pointer = pointer
    self.offset = offset
    self.text = text
  }
}

extension FaultCause {
  package struct Facts: Sendable {
    package var site: FaultSite.Kind
    package var address: Address
    package var access: Access?
    package var programCounter: Address
    /// Nil if it could not be read or decoded.
    package var instruction: MachineInstruction?
    /// Directly below the stack pointer: what a return has just taken from there. Nil if it can't
    /// be read.
    package var wordBelowStack: UInt64?
    /// A signal's context lies at the stack pointer.
    package var isBehindHandler: Bool
    /// The instruction could not be fetched, and the stack shows the call that led there.
    package var isCalled: Bool
    /// In ascending order.
    package var mappings: [Mapping]

    package init(
      site: FaultSite.Kind, address: Address, access: Access?, programCounter: Address,
      instruction: MachineInstruction?, wordBelowStack: UInt64? = nil,
      isBehindHandler: Bool = false,
      isCalled: Bool = false,
      mappings: [Mapping] = []
    ) {
      self.site = site
      self.address = address
      self.access = access
      self.programCounter = programCounter
      self.instruction = instruction
      self.wordBelowStack = wordBelowStack
      self.isBehindHandler = isBehindHandler
      self.isCalled = isCalled
      self.mappings = mappings
    }
  }

  /// Nil where nothing is proved. Pure.
  package static func judge(_ facts: Facts) -> FaultCause? {
    switch facts.site {
    case .nullPage, .unmapped, .mapping, .nonCanonical: break
    default: return nil
    }
    return ofJump(facts) ?? ofOperand(facts)
  }

  /// Execution went on where there is no code.
  private static func ofJump(_ facts: Facts) -> FaultCause? {
    // The processor refuses a return to what is no address before it returns.
    if facts.site == .nonCanonical, let instruction = facts.instruction, instruction.returns,
      instruction.selectors == nil, let target = instruction.target, !target.isCanonical
    {
      return FaultCause(
        .returnAddressOverwritten, pointer: target,
        text: PointedText.text(of: target.value, atLeast: 5))
    }
    guard facts.access == .execute, facts.address == facts.programCounter else { return nil }
    let target = facts.programCounter
    let text = facts.text(of: target.value)
    if facts.isCalled {
      if facts.site == .nullPage, target.value == 0 {
        return FaultCause(.nullCall, pointer: target)
      }
      return text.map { FaultCause(.textPointer, pointer: target, text: $0) }
    }
    guard facts.wordBelowStack == target.value else { return nil }
    if facts.isBehindHandler { return FaultCause(.restorerMissing, pointer: target) }
    let mayBeGone = facts.site == .unmapped && text == nil && facts.isNearMappings(target.value)
    return FaultCause(
      mayBeGone ? .returnedToNoCode : .returnAddressOverwritten, pointer: target, text: text)
  }

  /// From a member to the beginning of what holds it (container_of), at most.
  private static let mostBeforeNull = 64 << 10

  /// An operand in memory was not where it should have been.
  private static func ofOperand(_ facts: Facts) -> FaultCause? {
    guard facts.access != .execute,
      let operand = facts.operand,
      let base = operand.base
    else { return nil }
    let offset = Int(Int64(bitPattern: facts.address.value))
    if base.value == 0, base.name != RegisterName.stackPointer,
      facts.site == .nullPage || offset < 0 && offset >= -mostBeforeNull
    {
      return offset == 0
        ? nil
        : FaultCause(
          .nullMember, register: operand.hasIndex ? nil : base.name, pointer: Address(0),
          offset: offset)
    }
    guard facts.site != .nullPage, let text = facts.text(of: base.value) else { return nil }
    return FaultCause(
      .textPointer, register: base.name, pointer: Address(base.value),
      offset: operand.address.map { Int(truncatingIfNeeded: $0.value &- base.value) }, text: text)
  }
}

extension FaultCause.Facts {
  /// That holds the address; the first that is none, if no address is told.
  fileprivate var operand: MachineInstruction.Operand? {
    site == .nonCanonical
      ? instruction?.operands.first { $0.address?.isCanonical == false }
      : instruction?.operand(at: address, access: access)
  }

  /// An address of something that is mapped may look like text, and is none.
  fileprivate func text(of word: UInt64) -> String? {
    guard let text = PointedText.text(of: word, atLeast: 5) else { return nil }
    if !Address(word).isCanonical { return text }
    return isNearMappings(word) ? nil : text
  }

  /// Within 4 GiB of something that is mapped.
  fileprivate func isNearMappings(_ word: UInt64) -> Bool {
    let reach: UInt64 = 1 << 32
    let below = mappings.lastIndex(startingAtOrBelow: Address(word))
    let isNear =
      below.map { word &- mappings[$0].high.value < reach || mappings[$0].high.value > word }
      ?? false
    let next = (below ?? -1) + 1
    let isNearNext = next < mappings.count && mappings[next].low.value - word < reach
    return isNear || isNearNext
  }
}
