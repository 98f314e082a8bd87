internal import CHarness

extension ElfImage {
  /// The C library's function that calls `main`, by name.
  private static let starter = "__libc_start_main"
  private static let mostInstructions = 64

  /// The function that a program's first code hands to the C library's `__libc_start_main`, which a
  /// program without names still names, as it has it from elsewhere. Nil in a static program, and
  /// where it can't be read off.
  ///
  /// - Parameter slots: of this file.
  package func main(slots: [UInt64: String]) -> UInt64? {
    guard processor == .amd64 else { return nil }
    var argument: UInt64?
    var place = entry
    // musl's first code calls a function of the program, which calls the C library.
    var mayFollow = true
    for _ in 0..<ElfImage.mostInstructions {
      var instruction = clab_instruction()
      guard let code = longestCode(at: place),
        clab_instruction_decode(
          code.bindMemory(to: UInt8.self).baseAddress, code.count, &instruction)
      else { return nil }
      let next = place &+ UInt64(instruction.length)
      switch UInt32(instruction.flow) {
      case CLAB_FLOW_NEXT.rawValue:
        argument = firstArgument(set: instruction, code, place) ?? argument
        place = next
      case CLAB_FLOW_CALL.rawValue, CLAB_FLOW_JUMP.rawValue:
        guard let target = callee(instruction, at: place) else { return nil }
        if let slot = target.slot {
          return slots[slot] == ElfImage.starter ? argument.flatMap(function) : nil
        }
        guard mayFollow, let address = target.address else { return nil }
        mayFollow = false
        argument = nil
        place = address
      default: return nil
      }
    }
    return nil
  }

  /// The code there, as far as an instruction may go.
  private func longestCode(at place: UInt64) -> UnsafeRawBufferPointer? {
    [UInt64(CLAB_LONGEST_INSTRUCTION), 8, 6].lazy.compactMap { code(at: place, size: $0) }.first
  }

  /// Only code can be a function.
  private func function(_ address: UInt64) -> UInt64? {
    code(at: address, size: 1) == nil ? nil : address
  }

  /// What `rdi`, the first argument, becomes, as compilers set it to an address: relative to the
  /// instruction (lea), or a constant.
  private func firstArgument(
    set instruction: clab_instruction, _ code: UnsafeRawBufferPointer, _ place: UInt64
  ) -> UInt64? {
    let firstArgument: UInt8 = 5  // DWARF's number of rdi
    if instruction.constant_register == firstArgument {
      return UInt64(bitPattern: instruction.constant)
    }
    guard code.count >= 7, instruction.length == 7, code.starts(with: [0x48, 0x8d, 0x3d]) else {
      return nil
    }
    let distance = code.loadUnaligned(fromByteOffset: 3, as: Int32.self)
    return place &+ 7 &+ UInt64(bitPattern: Int64(distance))
  }

  private func callee(
    _ instruction: clab_instruction, at place: UInt64
  ) -> (slot: UInt64?, address: UInt64?)? {
    switch UInt32(instruction.target) {
    case CLAB_TARGET_RELATIVE.rawValue:
      let address =
        place &+ UInt64(instruction.length) &+ UInt64(bitPattern: instruction.target_offset)
      if let slot = slot(ofStub: address) { return (slot, nil) }
      return (nil, address)
    case CLAB_TARGET_MEMORY.rawValue
    where instruction.memory_count > 0 && instruction.memory.0.base == 16:
      // The decoder counts from the instruction's beginning.
      return (place &+ UInt64(bitPattern: instruction.memory.0.displacement), nil)
    default: return nil
    }
  }
}
