package import CHarness
package import CrashLabModel

extension InstructionContext {
  /// What a child sends is not trusted: the code's size is bounded here, everything else is a value.
  package init(_ raw: clab_evidence) {
    self.init(
      registers: withUnsafeBytes(of: raw.registers.value) {
        Array($0.bindMemory(to: UInt64.self))
      },
      segmentBases: raw.registers.has_segment_bases
        ? (raw.registers.fs_base, raw.registers.gs_base) : nil,
      code: withUnsafeBytes(of: raw.instruction) {
        Array($0.prefix(Int(raw.instruction_size)))
      },
      target: raw.has_target != 0 ? raw.target : nil,
      selectors: raw.is_far != 0
        ? Selectors(code: raw.code_selector, stack: raw.stack_selector) : nil,
      isAfterOverflowInterrupt: raw.after_overflow_interrupt != 0)
  }

  /// As the harness has them; every register counts as known.
  var rawRegisters: clab_registers {
    var raw = clab_registers()
    withUnsafeMutableBytes(of: &raw.value) { bytes in
      registers.withUnsafeBytes {
        bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(bytes.count)))
      }
    }
    raw.valid = (1 << UInt64(CLAB_REGISTERS)) - 1
    if let segmentBases {
      (raw.fs_base, raw.gs_base) = segmentBases
      raw.has_segment_bases = true
    }
    return raw
  }
}

extension MachineInstruction {
  /// Nil if the code could not be read, is no instruction, or is of a processor that is not decoded.
  package init?(_ context: InstructionContext) {
    var registers = context.rawRegisters
    var raw = clab_instruction()
    guard clab_instruction_at(context.code, context.code.count, &registers, &raw) else {
      return nil
    }
    let pc = clab_program_counter_of(&registers)
    let text = withUnsafeTemporaryAllocation(
      of: CChar.self, capacity: Int(CLAB_INSTRUCTION_TEXT)
    ) { buffer in
      guard clab_instruction_text(context.code, context.code.count, pc, buffer.baseAddress) else {
        return ""
      }
      return String(cString: buffer.baseAddress!)
    }
    let operands = withUnsafeBytes(of: raw.memory) { bytes in
      bytes.bindMemory(to: clab_memory_operand.self).prefix(Int(raw.memory_count))
        .compactMap { Operand($0, registers: context.registers) }
    }
    let pops = withUnsafeBytes(of: raw.memory) { bytes in
      bytes.bindMemory(to: clab_memory_operand.self).prefix(Int(raw.memory_count))
        .contains { $0.takesFromStack }
    }
    func has(_ trait: clab_instruction_traits) -> Bool { raw.traits & trait.rawValue != 0 }
    self.init(
      text: text,
      // A processor reads before it writes.
      operands: operands.filter { $0.access == .read } + operands.filter { $0.access != .read },
      isPrivileged: has(CLAB_PRIVILEGED), loadsSelector: has(CLAB_LOADS_SELECTOR),
      isSoftwareInterrupt: has(CLAB_SOFTWARE_INTERRUPT), checksValue: has(CLAB_CHECKS_VALUE),
      jumps: UInt32(raw.target) != CLAB_TARGET_NONE.rawValue,
      returns: UInt32(raw.flow) == CLAB_FLOW_RETURN.rawValue,
      target: context.target.map { Address($0) }, pops: pops,
      needsPermission: has(CLAB_BY_PERMISSION), selectors: context.selectors)
  }
}

extension clab_memory_operand {
  /// The stack pointer's word, or for leave the frame pointer's, that is read without being named.
  fileprivate var takesFromStack: Bool {
    let registers: [UInt8] = [7, 6]  // DWARF's numbers of rsp and rbp
    return is_implicit && UInt32(access) == CLAB_OPERAND_READ.rawValue && registers.contains(base)
  }
}

extension MachineInstruction.Operand {
  /// Nil if it is not accessed (a repetition of no times).
  fileprivate init?(_ raw: clab_memory_operand, registers: [UInt64]) {
    guard raw.access != 0 else { return nil }
    let isWritten = UInt32(raw.access) & CLAB_OPERAND_WRITTEN.rawValue != 0
    self.init(
      address: raw.is_known ? Address(raw.address) : nil, size: Int(clamping: raw.size),
      alignment: max(1, Int(raw.alignment)), access: isWritten ? .write : .read)
    let number = Int(raw.base)
    if raw.segment == 0, raw.address_bits == 64, number < registers.count,
      number < RegisterName.all.count - 1
    {
      base = .init(name: RegisterName.all[number], value: registers[number])
      hasIndex = raw.index != UInt8(CLAB_NO_REGISTER) && raw.scale == 1
    }
  }
}

extension Evidence {
  /// The instruction that the signal has met; nil if it could not be read or decoded.
  package var instruction: MachineInstruction? {
    context.flatMap { context in
      MachineInstruction(context)?.orInterrupt(before: context, at: programCounter)
    }
  }
}
