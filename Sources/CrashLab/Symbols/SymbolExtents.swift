internal import CrashLabModel
internal import Glibc

/// How far the symbols of a file reach. An image without debug information is often stripped too,
/// and whoever takes the nearest symbol below an address then names the wrong function.
final class SymbolExtents {
  private var files: [String: [UInt64: UInt64]] = [:]

  init() {}

  /// Whether a symbol that begins at `start` may reach over the address; both are distances from
  /// where the file's first byte is mapped.
  func allow(_ address: UInt64, from start: UInt64, in path: String) -> Bool {
    let sizes = files[path] ?? SymbolExtents.read(path)
    files[path] = sizes
    // Not of this file: of a separate one with debug information, and there none is missing.
    // Without a size: assembly, whose author has left it out.
    guard let size = sizes[start], size > 0 else { return true }
    return address &- start < size
  }

  /// The largest size of the function symbols at each address; empty if the file is not what was
  /// expected.
  private static func read(_ path: String) -> [UInt64: UInt64] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [:] }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return [:] }
    let size = Int(status.st_size)
    guard let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED
    else { return [:] }
    defer { munmap(memory, size) }
    return sizes(in: UnsafeRawBufferPointer(start: memory, count: size))
  }

  /// The same of a file's bytes, which may be anything.
  static func sizes(in bytes: UnsafeRawBufferPointer) -> [UInt64: UInt64] {
    ElfFile(bytes: bytes).functionSizes
  }
}

/// The symbol tables of a 64-bit ELF file of this machine's byte order (elf(5)).
private struct ElfFile {
  let bytes: UnsafeRawBufferPointer

  var functionSizes: [UInt64: UInt64] {
    guard bytes.count >= MemoryLayout<Elf64_Ehdr>.size,
      bytes.prefix(5).elementsEqual([0x7f, 0x45, 0x4c, 0x46, UInt8(ELFCLASS64)])
    else { return [:] }
    let header = bytes.loadUnaligned(as: Elf64_Ehdr.self)
    let base = self.base(header)
    var sizes: [UInt64: UInt64] = [:]
    for index in 0..<Int(header.e_shnum) {
      guard
        let section: Elf64_Shdr = record(
          at: header.e_shoff, index, size: Int(header.e_shentsize)),
        section.sh_type == UInt32(SHT_SYMTAB) || section.sh_type == UInt32(SHT_DYNSYM),
        section.sh_entsize == UInt64(MemoryLayout<Elf64_Sym>.size)
      else { continue }
      for entry in 0..<Int(clamping: section.sh_size / section.sh_entsize) {
        guard
          let symbol: Elf64_Sym = record(
            at: section.sh_offset, entry, size: MemoryLayout<Elf64_Sym>.size)
        else { break }
        let kind = symbol.st_info & 0xf
        guard symbol.st_shndx != 0, kind == 0 || kind == 2 || kind == 10 else { continue }
        let start = symbol.st_value &- base
        sizes[start] = max(sizes[start] ?? 0, symbol.st_size)
      }
    }
    return sizes
  }

  /// The lowest address of a loaded segment: 0, unless the file is linked to a fixed place.
  private func base(_ header: Elf64_Ehdr) -> UInt64 {
    var lowest = UInt64.max
    for index in 0..<Int(header.e_phnum) {
      guard
        let segment: Elf64_Phdr = record(
          at: header.e_phoff, index, size: Int(header.e_phentsize)),
        segment.p_type == UInt32(PT_LOAD)
      else { continue }
      lowest = min(lowest, segment.p_vaddr &- segment.p_offset)
    }
    return lowest == .max ? 0 : lowest
  }

  private func record<Record: BitwiseCopyable>(
    at start: UInt64, _ index: Int, size: Int
  ) -> Record? {
    let (offset, overflow) = Int(clamping: start).addingReportingOverflow(index * size)
    guard !overflow, offset >= 0, size >= MemoryLayout<Record>.size, offset <= bytes.count - size
    else { return nil }
    return bytes.loadUnaligned(fromByteOffset: offset, as: Record.self)
  }
}
