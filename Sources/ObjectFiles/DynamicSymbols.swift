internal import Glibc

/// The dynamic symbols of an image in memory, looked up by name as the loader does (the GNU hash
/// table). The memory may hold anything.
package struct DynamicSymbols {
  /// What a symbol covers, in the process's memory.
  package typealias Found = Range<UInt64>
  /// Reads from an address: address, destination; returns how many bytes it could.
  package typealias Reader = (UInt64, UnsafeMutableRawBufferPointer) -> Int

  private let read: Reader
  /// What is added to the addresses that the linker gave.
  private let bias: UInt64
  private let symbols: UInt64
  private let names: UInt64
  private let namesSize: UInt64
  private let hash: UInt64

  private static let mostHeaders = 64
  private static let mostEntries: UInt64 = 256
  private static let mostSymbolsOfBucket: UInt32 = 1024
  /// DT_GNU_HASH (elf.h).
  private static let gnuHash: Int64 = 0x6fff_fef5

  /// Nil if there are none.
  ///
  /// - Parameter base: where the image's first byte is mapped.
  package init?(base: UInt64, read: @escaping Reader) {
    self.read = read
    func record<Record: BitwiseCopyable>(_: Record.Type, _ address: UInt64) -> Record? {
      DynamicSymbols.record(Record.self, read, at: address)
    }
    guard let header = record(Elf64_Ehdr.self, base), header.e_ident.0 == 0x7f,
      header.e_ident.1 == 0x45, header.e_ident.2 == 0x4c, header.e_ident.3 == 0x46,
      Int(header.e_phentsize) == MemoryLayout<Elf64_Phdr>.size
    else { return nil }
    var first: UInt64?
    var table: (address: UInt64, size: UInt64)?
    for index in 0..<min(Int(header.e_phnum), DynamicSymbols.mostHeaders) {
      let place = base &+ header.e_phoff &+ UInt64(index * MemoryLayout<Elf64_Phdr>.size)
      guard let program = record(Elf64_Phdr.self, place) else { return nil }
      if program.p_type == UInt32(PT_LOAD), program.p_offset == 0, first == nil {
        first = program.p_vaddr
      } else if program.p_type == UInt32(PT_DYNAMIC) {
        table = (program.p_vaddr, program.p_memsz)
      }
    }
    guard let first, let table else { return nil }
    bias = base &- first
    var values: [Int64: UInt64] = [:]
    for index in 0..<min(table.size / 16, DynamicSymbols.mostEntries) {
      // Elf64_Dyn: a tag and its value.
      let place = bias &+ table.address &+ index * 16
      guard let tag = record(Int64.self, place), let value = record(UInt64.self, place &+ 8),
        tag != DT_NULL
      else { break }
      values[tag] = value
    }
    guard let symbols = values[Int64(DT_SYMTAB)], let names = values[Int64(DT_STRTAB)],
      let size = values[Int64(DT_STRSZ)], let hash = values[DynamicSymbols.gnuHash]
    else { return nil }
    // glibc has made addresses of them where the table may be written; others leave it as it is.
    let bias = bias
    func relocated(_ address: UInt64) -> UInt64 { address < base ? bias &+ address : address }
    self.symbols = relocated(symbols)
    self.names = relocated(names)
    self.hash = relocated(hash)
    namesSize = size
  }

  /// What a symbol that the image defines covers; nil if it defines none of that name.
  package subscript(name: String) -> Found? {
    guard let bucketCount = word(hash), let offset = word(hash &+ 4), let bloom = word(hash &+ 8),
      bucketCount > 0
    else { return nil }
    let wanted = name.utf8.reduce(UInt32(5381)) { $0 &* 33 &+ UInt32($1) }
    let buckets = hash &+ 16 &+ UInt64(bloom) &* 8
    let chains = buckets &+ UInt64(bucketCount) &* 4
    guard let start = word(buckets &+ UInt64(wanted % bucketCount) &* 4), start >= offset else {
      return nil
    }
    for step in 0..<DynamicSymbols.mostSymbolsOfBucket {
      let index = start &+ step
      guard let hash = word(chains &+ UInt64(index &- offset) &* 4) else { return nil }
      if hash | 1 == wanted | 1, let found = symbol(index, named: name) { return found }
      if hash & 1 == 1 { return nil }
    }
    return nil
  }

  private func symbol(_ index: UInt32, named name: String) -> Found? {
    let size = UInt64(MemoryLayout<Elf64_Sym>.size)
    guard
      let symbol = DynamicSymbols.record(
        Elf64_Sym.self, read, at: symbols &+ UInt64(index) &* size),
      symbol.st_shndx != 0, CInt(symbol.st_info & 0xf) != STT_TLS,
      UInt64(symbol.st_name) < namesSize
    else { return nil }
    let wanted = Array(name.utf8) + [0]
    let found = BuildIdentifier.bytes(
      read, at: names &+ UInt64(symbol.st_name), count: wanted.count)
    let low = bias &+ symbol.st_value
    let high = low.addingReportingOverflow(symbol.st_size)
    return found == wanted && !high.overflow ? low..<high.partialValue : nil
  }

  private func word(_ address: UInt64) -> UInt32? {
    DynamicSymbols.record(UInt32.self, read, at: address)
  }

  private static func record<Record: BitwiseCopyable>(
    _: Record.Type, _ read: Reader, at address: UInt64
  ) -> Record? {
    let bytes = BuildIdentifier.bytes(read, at: address, count: MemoryLayout<Record>.size)
    guard bytes.count == MemoryLayout<Record>.size else { return nil }
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Record.self) }
  }
}
