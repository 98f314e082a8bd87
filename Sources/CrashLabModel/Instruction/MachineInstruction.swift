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
    /// Another register is added, unscaled: either of the two may be the pointer.
    package var hasIndex = false

    package init(
      address: Address? = nil, size: Int, alignment: Int = 1, access: Access,
      base: Register? = nil, hasIndex: Bool = false
    ) {
      self.address = address
      self.size = size
      self.alignment = alignment
      self.access = access
      self.base = base
      self.hasIndex = hasIndex
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
  /// Not for user mode.
  package var isPrivileged = false
  /// For user mode only where the kernel permits it.
  package var needsPermission = false
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
  /// Where it would go on, or what it makes a segment's base; nil if it does neither, or nobody knows.
  package var target: Address?
  /// Of a far jump, call or return.
  package var selectors: Selectors?

  /// `int $4`, which has trapped behind itself.
  package var isOverflowInterrupt = false

  /// Takes back what lies on the stack: pop, return, leave.
  package var pops = false

  package init(
    text: String, operands: [Operand] = [], isPrivileged: Bool = false, loadsSelector: Bool = false,
    isSoftwareInterrupt: Bool = false, checksValue: Bool = false, jumps: Bool = false,
    returns: Bool = false, target: Address? = nil, pops: Bool = false,
    needsPermission: Bool = false, selectors: Selectors? = nil
  ) {
    self.needsPermission = needsPermission
    self.selectors = selectors
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
  /// That the target lies behind.
  package var selectors: Selectors?
  /// `int $4` lies before the program counter: it raises an exception behind itself.
  package var isAfterOverflowInterrupt = false

  package init(
    registers: [UInt64], segmentBases: (fs: UInt64, gs: UInt64)?, code: [UInt8], target: UInt64?,
    selectors: Selectors? = nil, isAfterOverflowInterrupt: Bool = false
  ) {
    self.selectors = selectors
    self.isAfterOverflowInterrupt = isAfterOverflowInterrupt
    self.registers = registers
    self.segmentBases = segmentBases
    self.code = code
    self.target = target
  }
}

extension MachineInstruction {
  /// The instruction of a signal: the one before the program counter, if that is `int $4` and the one
  /// that stands there explains nothing. Pure.
  package func orInterrupt(before context: InstructionContext, at counter: Address)
    -> MachineInstruction
  {
    guard context.isAfterOverflowInterrupt,
      MachineInstruction.causeOfRefusal(self, at: counter) == .notTheInstruction
    else { return self }
    var interrupt = MachineInstruction(text: "int $0x4")
    interrupt.isOverflowInterrupt = true
    return interrupt
  }
}

extension MachineInstruction {
  /// Whether one operand is read there and another written: movs, push and pop of memory.
  package func touchesTwice(_ place: Address) -> Bool {
    let kinds = operands.lazy.filter { $0.contains(place) }.map(\.access)
    return kinds.contains(.read) && kinds.contains(.write)
  }

  /// Whether it goes there by the stack pointer and a constant, or changes nothing there: compilers
  /// touch the pages of a large frame so before they make it (`or $0`, gcc's -fstack-check).
  package func probesStack(at place: Address) -> Bool {
    if text.hasPrefix("or"), text.contains("$0x0,") { return true }
    let isPlain = text.contains("(%rsp)") || text.contains("[sp]") || text.contains("[sp, #")
    return isPlain
      && operands.contains { $0.contains(place) && ["rsp", "sp"].contains($0.base?.name) }
  }

  /// The operand that holds an address, of two the one that was accessed so.
  func operand(at place: Address, access: Access?) -> Operand? {
    let held = operands.filter { $0.contains(place) }
    return held.first { $0.access == access } ?? held.first
  }
}
