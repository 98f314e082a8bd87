package import CrashLabModel
internal import Glibc

/// The headers of a 64-bit little-endian ELF file (elf(5)): of a program, a library, a core dump, or
/// of an image in memory. The only reader of them in Swift. The bytes may be anything.
package struct ElfHeaders {
  /// Reads from the file's beginning on: offset, destination; returns how many bytes it could.
  package typealias Reader = (UInt64, UnsafeMutableRawBufferPointer) -> Int

  package enum Kind { case program, core, other }

  /// The first bytes of every ELF file.
  package static let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]

  package struct Segment: Equatable {
    /// PT_LOAD and the others.
    package var type: UInt32
    package var address: UInt64
    package var memorySize: UInt64
    package var offset: UInt64
    package var fileSize: UInt64
    package var permissions: Mapping.Permissions

    package var isExecutable: Bool { permissions.contains(.execute) }
    package var isLoaded: Bool { type == UInt32(PT_LOAD) }
    package var isDynamic: Bool { type == UInt32(PT_DYNAMIC) }
    package var isNotes: Bool { type == UInt32(PT_NOTE) }
    package var isFrameHeader: Bool { type == UInt32(PT_GNU_EH_FRAME) }
  }

  package let kind: Kind
  package let machine: Int32
  /// Where a program begins; 0 of a library that is none.
  package var entry: UInt64 { header.e_entry }
  private let header: Elf64_Ehdr

  package init(_ read: Reader) throws(FileProblem) {
    let identity = ElfHeaders.bytes(read, at: 0, count: Int(EI_NIDENT))
    guard identity.starts(with: ElfHeaders.magic) else { throw .notElf }
    guard identity.count == Int(EI_NIDENT) else { throw .truncated(.header) }
    guard identity[Int(EI_CLASS)] == UInt8(ELFCLASS64) else { throw .is32Bit }
    guard identity[Int(EI_DATA)] == UInt8(ELFDATA2LSB) else { throw .isBigEndian }
    guard let header = ElfHeaders.record(Elf64_Ehdr.self, read, at: 0) else {
      throw .truncated(.header)
    }
    self.header = header
    machine = Int32(header.e_machine)
    kind =
      switch Int32(header.e_type) {
      case ET_EXEC, ET_DYN: .program
      case ET_CORE: .core
      default: .other
      }
  }

  // MARK: - Segments

  /// How many program headers there are: more than 65,534 are counted in the first section header
  /// (PN_XNUM, elf(5)).
  package func segmentCount(_ read: Reader) throws(FileProblem) -> UInt64 {
    guard header.e_phnum == 0xffff else { return UInt64(header.e_phnum) }
    guard let section = ElfHeaders.record(Elf64_Shdr.self, read, at: header.e_shoff) else {
      throw .truncated(.programHeaderCount)
    }
    return UInt64(section.sh_info)
  }

  /// - Throws: FileProblem if it is not all there.
  package func segment(_ index: UInt64, _ read: Reader) throws(FileProblem) -> Segment {
    guard Int(header.e_phentsize) >= MemoryLayout<Elf64_Phdr>.size else {
      throw .headerSize(Int(header.e_phentsize))
    }
    let place = header.e_phoff.addingReportingOverflow(index * UInt64(header.e_phentsize))
    guard !place.overflow,
      let program = ElfHeaders.record(Elf64_Phdr.self, read, at: place.partialValue)
    else { throw .truncated(.programHeaders) }
    var permissions: Mapping.Permissions = []
    if program.p_flags & UInt32(PF_R) != 0 { permissions.insert(.read) }
    if program.p_flags & UInt32(PF_W) != 0 { permissions.insert(.write) }
    if program.p_flags & UInt32(PF_X) != 0 { permissions.insert(.execute) }
    return Segment(
      type: program.p_type, address: program.p_vaddr, memorySize: program.p_memsz,
      offset: program.p_offset, fileSize: program.p_filesz, permissions: permissions)
  }

  // MARK: - Sections

  package var sectionCount: Int { Int(header.e_shnum) }
  /// The section of the sections' names.
  package var namesIndex: Int { Int(header.e_shstrndx) }

  /// Nil if it is not all there.
  func section(_ index: Int, _ read: Reader) -> Elf64_Shdr? {
    guard index < sectionCount, Int(header.e_shentsize) >= MemoryLayout<Elf64_Shdr>.size
    else { return nil }
    let place = header.e_shoff.addingReportingOverflow(UInt64(index) * UInt64(header.e_shentsize))
    return place.overflow
      ? nil : ElfHeaders.record(Elf64_Shdr.self, read, at: place.partialValue)
  }

  // MARK: - Bytes

  /// At most so many bytes: as many as there are without a gap.
  package static func bytes(_ read: Reader, at offset: UInt64, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = read(offset, UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// A record of C; nil if it is not all there.
  static func record<Record: BitwiseCopyable>(
    _: Record.Type, _ read: Reader, at offset: UInt64
  ) -> Record? {
    let bytes = bytes(read, at: offset, count: MemoryLayout<Record>.size)
    guard bytes.count == MemoryLayout<Record>.size else { return nil }
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Record.self) }
  }
}
