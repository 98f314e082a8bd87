internal import Glibc

/// What tells one build of an image from another, wherever its bytes are.
package enum BuildIdentifier {
  /// Reads from the image's beginning: offset, destination; returns how many bytes it could.
  package typealias Reader = (UInt64, UnsafeMutableRawBufferPointer) -> Int

  /// NT_GNU_BUILD_ID, from the headers at the file's beginning; nil if it is not there.
  package static func read(_ read: Reader) -> [UInt8]? {
    let most = 64
    guard let header = record(Elf64_Ehdr.self, read, at: 0),
      Int(header.e_phentsize) == MemoryLayout<Elf64_Phdr>.size
    else { return nil }
    for index in 0..<min(Int(header.e_phnum), most) {
      let place = header.e_phoff &+ UInt64(index * MemoryLayout<Elf64_Phdr>.size)
      guard let program = record(Elf64_Phdr.self, read, at: place) else { return nil }
      guard program.p_type == UInt32(PT_NOTE) else { continue }
      let notes = bytes(read, at: program.p_offset, count: Int(min(program.p_filesz, 4096)))
      if let found = identifier(in: notes) { return found }
    }
    return nil
  }

  private static func identifier(in notes: [UInt8]) -> [UInt8]? {
    notes.withUnsafeBytes { notes in
      guard var reader = ByteReader(notes) else { return nil }
      while let nameSize = reader.integer(UInt32.self), let size = reader.integer(UInt32.self),
        let kind = reader.integer(UInt32.self)
      {
        let body = UInt64(reader.position) + (UInt64(nameSize) + 3) & ~3
        guard let content = ByteReader(notes, at: body, size: UInt64(size)) else { return nil }
        if kind == UInt32(NT_GNU_BUILD_ID), nameSize == 4,
          notes[reader.position..<reader.position + 4].elementsEqual("GNU\0".utf8), size > 0
        {
          return Array(notes[content.position..<content.end])
        }
        guard let next = ByteReader(notes, at: (body + UInt64(size) + 3) & ~3) else { return nil }
        reader = next
      }
      return nil
    }
  }

  package static func bytes(_ read: Reader, at offset: UInt64, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = read(offset, UnsafeMutableRawBufferPointer(buffer))
    }
  }

  private static func record<Record: BitwiseCopyable>(
    _: Record.Type, _ read: Reader, at offset: UInt64
  ) -> Record? {
    let bytes = bytes(read, at: offset, count: MemoryLayout<Record>.size)
    guard bytes.count == MemoryLayout<Record>.size else { return nil }
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Record.self) }
  }
}
