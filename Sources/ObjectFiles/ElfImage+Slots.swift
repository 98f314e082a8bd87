internal import CHarness
internal import Glibc

extension ElfImage {
  /// What the loader writes into the words of this file that calls go through: a name by the address
  /// of each word.
  package var slots: [UInt64: String] {
    var slots: [UInt64: String] = [:]
    for index in 0..<sectionCount {
      guard let section = section(index), section.sh_type == UInt32(SHT_RELA),
        section.sh_entsize == UInt64(MemoryLayout<Elf64_Rela>.size),
        var entries = ByteReader(bytes, at: section.sh_offset, size: section.sh_size)
      else { continue }
      let symbols = self.section(Int(section.sh_link))
      while let entry = entries.record(Elf64_Rela.self) {
        switch Int32(truncatingIfNeeded: entry.r_info & 0xffff_ffff) {
        case R_X86_64_JUMP_SLOT, R_X86_64_GLOB_DAT, R_X86_64_64:
          if let symbols, let name = name(ofSymbol: entry.r_info >> 32, in: symbols) {
            slots[entry.r_offset] = name
          }
        case R_X86_64_IRELATIVE:
          slots[entry.r_offset] =
            "ifunc at 0x" + String(UInt64(bitPattern: entry.r_addend), radix: 16)
        default: break
        }
      }
    }
    return slots
  }

  private func name(ofSymbol number: UInt64, in table: Elf64_Shdr) -> String? {
    let size = UInt64(MemoryLayout<Elf64_Sym>.size)
    let place = number.multipliedReportingOverflow(by: size)
    guard !place.overflow, place.partialValue < table.sh_size,
      let start = Optional(table.sh_offset.addingReportingOverflow(place.partialValue)),
      !start.overflow,
      var reader = ByteReader(bytes, at: start.partialValue, size: size),
      let symbol = reader.record(Elf64_Sym.self), let names = section(Int(table.sh_link)),
      let name = text(UInt64(symbol.st_name), in: names), !name.isEmpty
    else { return nil }
    return name
  }

  /// The word that a stub of the procedure linkage table jumps through; nil if it is no such stub.
  package func slot(ofStub address: UInt64) -> UInt64? {
    var place = address
    for _ in 0..<3 {
      var instruction = clab_instruction()
      // A stub has 16 bytes at most; it need not be the last of its segment.
      let code = [16, 8, 6].lazy.compactMap { self.code(at: place, size: $0) }.first
      guard let code,
        clab_instruction_decode(
          code.bindMemory(to: UInt8.self).baseAddress, code.count, &instruction)
      else { return nil }
      if UInt32(instruction.flow) == CLAB_FLOW_JUMP.rawValue {
        guard UInt32(instruction.target) == CLAB_TARGET_MEMORY.rawValue,
          instruction.memory_count > 0, instruction.memory.0.base == 16
        else { return nil }
        // The decoder counts from the instruction's beginning.
        return place &+ UInt64(bitPattern: instruction.memory.0.displacement)
      }
      if UInt32(instruction.flow) != CLAB_FLOW_NEXT.rawValue { return nil }
      place &+= UInt64(instruction.length)
    }
    return nil
  }

  /// The functions of the symbol tables, by address.
  package var functionNames: [UInt64: String] {
    Dictionary(functionSymbols.map { ($0.address, $0.name) }) { first, _ in first }
  }

}
