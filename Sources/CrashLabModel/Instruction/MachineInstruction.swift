/// The instruction that a signal has met, with the registers as they were.
package struct MachineInstruction: Sendable, Equatable {
  /// An operand in memory.
  package struct Operand: Sendable, Equatable {
    /// Nil where the registers do not tell: a vector of addresses, a segment whose base is unknown.
    package var address: Address?
    /// Bytes; 0 where that depends on more than the instruction.
    package var size: Int
    /// That the processor insists on, bytes; 1: none.
    package var alignment: Int = 1
    package var access: Access
    /// The register that its address begins from; nil if there is none, or its value is not known.
    package var base: Register? = nil

    package init(
      address: Address? = nil, size: Int, alignment: Int = 1, access: Access,
      base: Register? = nil
    ) {
      self.address = address
      self.size = size
      self.alignment = alignment
      self.access = access
      self.base = base
    }

    package func contains(_ place: Address) -> Bool {
      guard let address, address <= place else { return false }
      return place.value - address.value < UInt64(clamping: max(1, size))
    }
  }

  /// A register with its value.
  package struct Register: Sendable, Equatable {
    package var name: String
    package var value: UInt64

    package init(name: String, value: UInt64) {
      self.name = name
      self.value = value
    }
  }

  /// As gdb prints it (AT&T syntax).
  package var text: String
  /// What is read comes first.
  package var operands: [Operand] = []
  /// Not for user mode, or only where the kernel permits it.
  package var isPrivileged = false
  /// Loads a segment register, or goes through a far pointer.
  package var loadsSelector = false
  /// `int n`.
  package var isSoftwareInterrupt = false
  /// Refuses some values in memory or registers (ldmxcsr, xrstor).
  package var checksValue = false
  /// A jump, a call or a return to somewhere near.
  package var jumps = false
  /// A return to somewhere near.
  package var returns = false
  /// Where it would go on; nil if it does not jump, or nobody knows.
  package var target: Address?

  /// Takes back what lies on the stack: pop, return, leave.
  package var pops = false

  package init(
    text: String, operands: [Operand] = [], isPrivileged: Bool = false, loadsSelector: Bool = false,
    isSoftwareInterrupt: Bool = false, checksValue: Bool = false, jumps: Bool = false,
    returns: Bool = false, target: Address? = nil, pops: Bool = false
  ) {
    self.returns = returns
    self.pops = pops
    self.text = text
    self.operands = operands
    self.isPrivileged = isPrivileged
    self.loadsSelector = loadsSelector
    self.isSoftwareInterrupt = isSoftwareInterrupt
    self.checksValue = checksValue
    self.jumps = jumps
    self.target = target
  }
}

/// A thread's general registers and the code at its program counter: decoded only when asked for.
package struct InstructionContext: Sendable {
  /// In DWARF's numbering.
  package var registers: [UInt64]
  /// Of the segments fs and gs; nil if nobody knows.
  package var segmentBases: (fs: UInt64, gs: UInt64)?
  /// At the program counter, as far as it could be read.
  package var code: [UInt8]
  /// Where a jump, a call or a return would have gone on.
  package var target: UInt64?

  package init(
    registers: [UInt64], segmentBases: (fs: UInt64, gs: UInt64)?, code: [UInt8], target: UInt64?
  ) {
    self.registers = registers
    self.segmentBases = segmentBases
    self.code = code
    self.target = target
  }
}
