package import CrashLabModel
internal import Glibc

/// What is needed of a 64-bit ELF file of x86-64 or aarch64 (elf(5)). The file may be anything.
package struct ElfImage {
  package typealias Segment = ElfHeaders.Segment

  package let bytes: UnsafeRawBufferPointer
  /// Those that are loaded.
  package let segments: [Segment]
  /// Where a program begins; 0 of a library that is none.
  var entry: UInt64 { headers.entry }
  package let processor: Processor
  private let headers: ElfHeaders
  private let frameHeader: Segment?

  package init(_ bytes: UnsafeRawBufferPointer) throws(FileProblem) {
    let headers = try ElfHeaders(ElfImage.reader(bytes))
    guard let processor = Processor(machine: headers.machine) else {
      throw .otherMachine(headers.machine, here: Processor.machineHere)
    }
    guard headers.kind == .program else { throw .notLinked }
    var segments: [Segment] = []
    var frames: Segment?
    for index in 0..<(try headers.segmentCount(ElfImage.reader(bytes))) {
      guard let segment = try? headers.segment(index, ElfImage.reader(bytes)) else { break }
      if segment.isLoaded { segments.append(segment) }
      if segment.isFrameHeader { frames = segment }
    }
    guard !segments.isEmpty else { throw .nothingToLoad }
    self.bytes = bytes
    self.headers = headers
    self.processor = processor
    self.segments = segments
    frameHeader = frames
  }

  private static func reader(_ bytes: UnsafeRawBufferPointer) -> ElfHeaders.Reader {
    { offset, buffer in
      guard let start = Int(exactly: offset), start <= bytes.count else { return 0 }
      let part = UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(buffer.count))
      buffer.copyMemory(from: part)
      return part.count
    }
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
      var reader = ByteReader(bytes, at: place, size: min(frameHeader.fileSize, 12)),
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

  var sectionCount: Int { headers.sectionCount }

  func section(_ index: Int) -> Elf64_Shdr? { headers.section(index, ElfImage.reader(bytes)) }

  func name(of section: Elf64_Shdr) -> String? {
    guard let names = self.section(headers.namesIndex) else { return nil }
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
