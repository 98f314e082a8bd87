internal import CrashLabModel
internal import Glibc

extension ElfImage {
  /// A part of the file that is executed.
  struct CodeRange: Equatable {
    var low: UInt64
    var high: UInt64
    /// Of the section; empty in a file without sections.
    var section: String
  }

  struct FunctionSymbol {
    var address: UInt64
    var name: String
  }

  /// Its code, in ascending order: the sections that are executed, or the segments of a file without
  /// sections.
  var code: [CodeRange] {
    var ranges: [CodeRange] = []
    for index in 0..<sectionCount {
      guard let section = section(index),
        section.sh_flags & UInt64(SHF_EXECINSTR | SHF_ALLOC) == UInt64(SHF_EXECINSTR | SHF_ALLOC),
        section.sh_type != UInt32(SHT_NOBITS), section.sh_size > 0
      else { continue }
      let high = section.sh_addr.addingReportingOverflow(section.sh_size)
      guard !high.overflow, offset(of: high.partialValue - 1) != nil else { continue }
      ranges.append(
        CodeRange(
          low: section.sh_addr, high: high.partialValue, section: name(of: section) ?? ""))
    }
    if ranges.isEmpty {
      ranges = segments.filter(\.isExecutable).compactMap {
        let high = $0.address.addingReportingOverflow($0.fileSize)
        return high.overflow
          ? nil : CodeRange(low: $0.address, high: high.partialValue, section: "")
      }
    }
    return ranges.sorted { ($0.low, $0.high) < ($1.low, $1.high) }
  }

  /// Functions, and labels that have no type, in ascending order, one at each address.
  var functionSymbols: [FunctionSymbol] {
    var symbols: [UInt64: String] = [:]
    for index in 0..<sectionCount {
      guard let section = section(index),
        section.sh_type == UInt32(SHT_SYMTAB) || section.sh_type == UInt32(SHT_DYNSYM),
        section.sh_entsize == UInt64(MemoryLayout<Elf64_Sym>.size),
        let names = self.section(Int(section.sh_link)),
        var entries = ByteReader(bytes, at: section.sh_offset, size: section.sh_size)
      else { continue }
      while let symbol = entries.record(Elf64_Sym.self) {
        let type = CInt(symbol.st_info & 0xf)
        guard symbol.st_shndx != 0, type == STT_FUNC || type == STT_NOTYPE || type == STT_GNU_IFUNC,
          type != STT_NOTYPE || symbols[symbol.st_value] == nil,
          let name = text(UInt64(symbol.st_name), in: names), !name.isEmpty
        else { continue }
        symbols[symbol.st_value] = name
      }
    }
    return symbols.map { FunctionSymbol(address: $0.key, name: $0.value) }
      .sorted { $0.address < $1.address }
  }
}

extension ByteReader {
  mutating func record<Record: BitwiseCopyable>(_: Record.Type) -> Record? {
    let size = MemoryLayout<Record>.size
    guard size <= end - position else { return nil }
    let record = bytes.loadUnaligned(fromByteOffset: position, as: Record.self)
    return skip(UInt64(size)) ? record : nil
  }
}
