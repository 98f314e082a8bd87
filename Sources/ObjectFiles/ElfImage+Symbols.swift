internal import Glibc

extension ElfImage {
  /// Where the linker has put the symbols whose names begin so: those of the file's symbol tables,
  /// the dynamic one included. Several may have one name, where they are local.
  package func symbols(beginningWith prefixes: [String]) -> [String: [Range<UInt64>]] {
    let prefixes = prefixes.map { Array($0.utf8) }
    var found: [String: [Range<UInt64>]] = [:]
    for index in 0..<sectionCount {
      guard let section = section(index),
        section.sh_type == UInt32(SHT_SYMTAB) || section.sh_type == UInt32(SHT_DYNSYM),
        section.sh_entsize == UInt64(MemoryLayout<Elf64_Sym>.size),
        let names = self.section(Int(section.sh_link)),
        let table = ByteReader(bytes, at: names.sh_offset, size: names.sh_size),
        var entries = ByteReader(bytes, at: section.sh_offset, size: section.sh_size)
      else { continue }
      let text = UnsafeRawBufferPointer(rebasing: bytes[table.position..<table.end])
      while let symbol = entries.record(Elf64_Sym.self) {
        let high = symbol.st_value.addingReportingOverflow(symbol.st_size)
        // There may be a million of them: only those that count become a string.
        guard symbol.st_shndx != 0, CInt(symbol.st_info & 0xf) != STT_TLS, !high.overflow,
          prefixes.contains(where: { text.has($0, at: Int(symbol.st_name)) }),
          let name = self.text(UInt64(symbol.st_name), in: names)
        else { continue }
        found[name, default: []].append(symbol.st_value..<high.partialValue)
      }
    }
    return found
  }

  /// Where the linker has put the file's first byte; nil if it is not loaded.
  package var firstAddress: UInt64? { segments.first { $0.offset == 0 }?.address }
}

extension UnsafeRawBufferPointer {
  fileprivate func has(_ part: [UInt8], at place: Int) -> Bool {
    guard place < count, part.count <= count - place, self[place] == part.first,
      let start = baseAddress
    else { return false }
    return memcmp(start + place, part, part.count) == 0
  }
}
