/// Why the processor or the kernel refused an instruction without telling an address (SI_KERNEL).
package enum Refusal: String, Sendable, Codable {
  case misalignedOperand = "misaligned-operand"
  case privilegedInstruction = "privileged-instruction"
  case badSelector = "bad-selector"
  case softwareInterrupt = "software-interrupt"
  /// `int $4`, which user mode may raise: the exception for an overflow.
  case overflowInterrupt = "overflow-interrupt"
  /// An instruction that user mode may execute where the kernel permits it: rdtsc, in.
  case notPermitted = "not-permitted"
  /// The frame of another signal did not fit onto the stack.
  case signalFrame = "signal-frame"
  case unknown
}

/// What the instruction tells of a refusal.
package enum RefusalCause: Equatable {
  /// An address that is none: of an operand, of a jump's target, or the program counter itself.
  case nonCanonical(Address)
  case refused(Refusal, operand: Address?)
  /// The instruction could not have been refused: it was something else.
  case notTheInstruction
  case unknown
}

extension Address {
  /// Whether all bits above the 48th are as that one (Intel SDM volume 1, 3.3.7.1). With five levels
  /// of page tables addresses have 57 bits: then an access between the two is a page fault, which
  /// tells its address.
  ///
  /// On aarch64 the kernel has all 48 bits, or 52, for programs, and the highest byte may be a tag.
  package var isCanonical: Bool {
    #if arch(x86_64)
      let high = Int64(bitPattern: value) >> 47
    #else
      let high = Int64(bitPattern: value << 8) >> 60
    #endif
    return high == 0 || high == -1
  }
}

extension MachineInstruction {
  /// The operand that the alignment check (the flag AC) has refused: the first whose address is no
  /// multiple of its size. Pure.
  package static func misalignment(of instruction: MachineInstruction?) -> RefusalCause {
    let operand = instruction?.operands.first { operand in
      operand.size > 1 && operand.address.map { $0.value % UInt64(operand.size) != 0 } == true
    }
    return .refused(.misalignedOperand, operand: operand?.address)
  }

  /// On aarch64 no instruction is refused without an address or a code of its own
  /// (arch/arm64/mm/fault.c, kernel/traps.c).
  #if arch(x86_64)
    private static let isRefusedAtAll = true
  #else
    private static let isRefusedAtAll = false
  #endif

  /// Why it was refused, in the order in which a processor looks. Pure.
  ///
  /// - Parameter instruction: nil if it could not be read or decoded.
  package static func causeOfRefusal(
    _ instruction: MachineInstruction?, at programCounter: Address
  ) -> RefusalCause {
    guard isRefusedAtAll else { return .notTheInstruction }
    if !programCounter.isCanonical { return .nonCanonical(programCounter) }
    guard let instruction else { return .unknown }
    if instruction.isPrivileged { return .refused(.privilegedInstruction, operand: nil) }
    if instruction.needsPermission { return .refused(.notPermitted, operand: nil) }
    if instruction.isOverflowInterrupt { return .refused(.overflowInterrupt, operand: nil) }
    if instruction.isSoftwareInterrupt { return .refused(.softwareInterrupt, operand: nil) }
    for case let operand in instruction.operands {
      guard let address = operand.address else { continue }
      if !address.isCanonical { return .nonCanonical(address) }
      let last = Address(address.value &+ UInt64(max(0, operand.size - 1)))
      if !last.isCanonical { return .nonCanonical(last) }
    }
    if let selectors = instruction.selectors {
      return selectors.cause(
        target: instruction.target, operand: instruction.operands.first?.address)
    }
    if let target = instruction.target, !target.isCanonical { return .nonCanonical(target) }
    for case let operand in instruction.operands {
      guard let address = operand.address else { continue }
      if address.value % UInt64(operand.alignment) != 0 {
        return .refused(.misalignedOperand, operand: address)
      }
    }
    // A far one of which the selector could not be read may be refused for its target.
    if instruction.loadsSelector && !instruction.jumps {
      return .refused(.badSelector, operand: instruction.operands.first?.address)
    }
    let isWhollyKnown =
      !instruction.checksValue && instruction.operands.allSatisfy { $0.address != nil }
      && (!instruction.jumps || instruction.target != nil)
    return isWhollyKnown ? .notTheInstruction : .unknown
  }
}
