package import CrashLabModel
internal import Glibc

/// What is needed of a 64-bit ELF file of x86-64 (elf(5)). The file may be anything.
package struct ElfImage {
  package struct Segment {
    package var address: UInt64
    package var offset: UInt64
    package var fileSize: UInt64
    package var isExecutable: Bool
    package var isWritable: Bool

    package var permissions: Mapping.Permissions {
      var permissions: Mapping.Permissions = [.read]
      if isWritable { permissions.insert(.write) }
      if isExecutable { permissions.insert(.execute) }
      return permissions
    }
  }

  package let bytes: UnsafeRawBufferPointer
  package let segments: [Segment]
  private let header: Elf64_Ehdr
  /// Of PT_GNU_EH_FRAME.
  private let frameHeader: (address: UInt64, size: UInt64)?

  package init(_ bytes: UnsafeRawBufferPointer) throws(FileProblem) {
    guard bytes.count >= MemoryLayout<Elf64_Ehdr>.size,
      bytes.prefix(4).elementsEqual([0x7f, 0x45, 0x4c, 0x46])
    else { throw FileProblem.notElf }
    let header = bytes.loadUnaligned(as: Elf64_Ehdr.self)
    guard bytes[Int(EI_CLASS)] == UInt8(ELFCLASS64), bytes[Int(EI_DATA)] == UInt8(ELFDATA2LSB),
      header.e_machine == UInt16(EM_X86_64)
    else { throw FileProblem.otherMachine(Int32(header.e_machine), here: EM_X86_64) }
    guard header.e_type == UInt16(ET_EXEC) || header.e_type == UInt16(ET_DYN) else {
      throw FileProblem.notLinked
    }
    self.bytes = bytes
    self.header = header
    var segments: [Segment] = []
    var frames: (UInt64, UInt64)?
    for index in 0..<UInt64(header.e_phnum) {
      let place = header.e_phoff.addingReportingOverflow(index * UInt64(header.e_phentsize))
      guard !place.overflow, Int(header.e_phentsize) >= MemoryLayout<Elf64_Phdr>.size,
        let program = ElfImage.load(Elf64_Phdr.self, bytes, at: place.partialValue)
      else { break }
      if program.p_type == UInt32(PT_LOAD) {
        segments.append(
          Segment(
            address: program.p_vaddr, offset: program.p_offset, fileSize: program.p_filesz,
            isExecutable: program.p_flags & UInt32(PF_X) != 0,
            isWritable: program.p_flags & UInt32(PF_W) != 0))
      } else if program.p_type == UInt32(PT_GNU_EH_FRAME) {
        frames = (program.p_vaddr, program.p_filesz)
      }
    }
    guard !segments.isEmpty else { throw FileProblem.nothingToLoad }
    self.segments = segments
    frameHeader = frames
  }

  private static func load<Record: BitwiseCopyable>(
    _: Record.Type, _ bytes: UnsafeRawBufferPointer, at offset: UInt64
  ) -> Record? {
    guard let offset = Int(exactly: offset), offset <= bytes.count,
      MemoryLayout<Record>.size <= bytes.count - offset
    else { return nil }
    return bytes.loadUnaligned(fromByteOffset: offset, as: Record.self)
  }

  /// Where the byte of an address lies in the file; nil if it does not.
  package func offset(of address: UInt64) -> UInt64? {
    for segment in segments
    where address >= segment.address && address - segment.address < segment.fileSize {
      let sum = segment.offset.addingReportingOverflow(address - segment.address)
      return sum.overflow ? nil : sum.partialValue
    }
    return nil
  }

  /// The bytes of some code; nil if they are not all in an executable segment of the file.
  package func code(at address: UInt64, size: UInt64) -> UnsafeRawBufferPointer? {
    for segment in segments
    where segment.isExecutable && address >= segment.address
      && address - segment.address < segment.fileSize
      && size <= segment.fileSize - (address - segment.address)
    {
      guard let offset = offset(of: address), let reader = ByteReader(bytes, at: offset, size: size)
      else { return nil }
      return UnsafeRawBufferPointer(rebasing: bytes[reader.position..<reader.end])
    }
    return nil
  }

  /// .eh_frame: its address and a reader of its bytes. Found by the section's name, or in a file
  /// without sections through PT_GNU_EH_FRAME.
  package var callFrames: (address: UInt64, reader: ByteReader)? {
    if let section = section(named: ".eh_frame"),
      let reader = ByteReader(bytes, at: section.sh_offset, size: section.sh_size)
    {
      return (section.sh_addr, reader)
    }
    // Linux Standard Base, .eh_frame_hdr: version, encodings, then the address of .eh_frame.
    guard let frameHeader, let place = offset(of: frameHeader.address),
      var reader = ByteReader(bytes, at: place, size: min(frameHeader.size, 12)),
      reader.byte() == 1, let encoding = reader.byte(), reader.skip(2),
      let address = PointerEncoding(encoding).read(&reader, address: frameHeader.address + 4),
      let start = offset(of: address), let frames = ByteReader(bytes, at: start)
    else { return nil }
    return (address, frames)
  }

  private func section(named wanted: String) -> Elf64_Shdr? {
    for index in 0..<sectionCount {
      guard let section = section(index) else { return nil }
      if name(of: section) == wanted { return section }
    }
    return nil
  }

  var sectionCount: Int { Int(header.e_shnum) }

  func section(_ index: Int) -> Elf64_Shdr? {
    guard index < sectionCount, Int(header.e_shentsize) >= MemoryLayout<Elf64_Shdr>.size
    else { return nil }
    let place = header.e_shoff.addingReportingOverflow(UInt64(index) * UInt64(header.e_shentsize))
    return place.overflow ? nil : ElfImage.load(Elf64_Shdr.self, bytes, at: place.partialValue)
  }

  func name(of section: Elf64_Shdr) -> String? {
    guard let names = self.section(Int(header.e_shstrndx)) else { return nil }
    return text(UInt64(section.sh_name), in: names, atMost: 64)
  }

  /// A string of a string table.
  func text(_ place: UInt64, in table: Elf64_Shdr, atMost limit: Int = 4096) -> String? {
    guard place < table.sh_size else { return nil }
    let start = table.sh_offset.addingReportingOverflow(place)
    guard !start.overflow, var reader = ByteReader(bytes, at: start.partialValue) else {
      return nil
    }
    return reader.text(atMost: limit)
  }
}

/// How a pointer is written in call-frame information (Linux Standard Base, DW_EH_PE).
package struct PointerEncoding {
  private let byte: UInt8

  package init(_ byte: UInt8) { self.byte = byte }

  /// - Parameter address: of the bytes that are read.
  package func read(_ reader: inout ByteReader, address: UInt64) -> UInt64? {
    guard let value = readValue(&reader) else { return nil }
    return switch byte & 0xf0 {
    case 0x00: value
    case 0x10: address &+ value
    // Relative to other things, or indirect: no compiler of x86-64 writes them for code.
    default: nil
    }
  }

  /// The number alone, as a length is written.
  package func readValue(_ reader: inout ByteReader) -> UInt64? {
    switch byte & 0x0f {
    case 0x00, 0x04, 0x0c: reader.integer(UInt64.self)
    case 0x01: reader.unsignedLEB()
    case 0x02: reader.integer(UInt16.self).map(UInt64.init)
    case 0x03: reader.integer(UInt32.self).map(UInt64.init)
    case 0x09: reader.signedLEB().map { UInt64(bitPattern: $0) }
    case 0x0a: reader.integer(Int16.self).map { UInt64(bitPattern: Int64($0)) }
    case 0x0b: reader.integer(Int32.self).map { UInt64(bitPattern: Int64($0)) }
    default: nil
    }
  }
}
