internal import Glibc

/// The dynamic symbols of an image in memory, looked up by name as the loader does (the GNU hash
/// table). The memory may hold anything.
package struct DynamicSymbols {
  /// What a symbol covers, in the process's memory.
  package typealias Found = Range<UInt64>
  /// Reads from an address on.
  package typealias Reader = ElfHeaders.Reader

  private let read: Reader
  /// What is added to the addresses that the linker gave.
  private let bias: UInt64
  private let symbols: UInt64
  private let names: UInt64
  private let namesSize: UInt64
  private let hash: UInt64

  private static let mostHeaders: UInt64 = 64
  private static let mostEntries: UInt64 = 256
  private static let mostSymbolsOfBucket: UInt32 = 1024
  /// DT_GNU_HASH (elf.h).
  private static let gnuHash: Int64 = 0x6fff_fef5

  /// Nil if there are none.
  ///
  /// - Parameter base: where the image's first byte is mapped.
  package init?(base: UInt64, read: @escaping Reader) {
    self.read = read
    // The headers lie where the image begins.
    let image: ElfHeaders.Reader = { read(base &+ $0, $1) }
    guard let headers = try? ElfHeaders(image), let count = try? headers.segmentCount(image)
    else { return nil }
    var first: UInt64?
    var table: ElfHeaders.Segment?
    for index in 0..<min(count, DynamicSymbols.mostHeaders) {
      guard let segment = try? headers.segment(index, image) else { return nil }
      if segment.isLoaded, segment.offset == 0, first == nil { first = segment.address }
      if segment.isDynamic { table = segment }
    }
    guard let first, let table else { return nil }
    bias = base &- first
    var values: [Int64: UInt64] = [:]
    for index in 0..<min(table.memorySize / 16, DynamicSymbols.mostEntries) {
      // Elf64_Dyn: a tag and its value.
      let place = bias &+ table.address &+ index * 16
      guard let tag = ElfHeaders.record(Int64.self, read, at: place),
        let value = ElfHeaders.record(UInt64.self, read, at: place &+ 8),
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
      let symbol = ElfHeaders.record(
        Elf64_Sym.self, read, at: symbols &+ UInt64(index) &* size),
      symbol.st_shndx != 0, CInt(symbol.st_info & 0xf) != STT_TLS,
      UInt64(symbol.st_name) < namesSize
    else { return nil }
    let wanted = Array(name.utf8) + [0]
    let found = ElfHeaders.bytes(
      read, at: names &+ UInt64(symbol.st_name), count: wanted.count)
    let low = bias &+ symbol.st_value
    let high = low.addingReportingOverflow(symbol.st_size)
    return found == wanted && !high.overflow ? low..<high.partialValue : nil
  }

  private func word(_ address: UInt64) -> UInt32? {
    ElfHeaders.record(UInt32.self, read, at: address)
  }
}
