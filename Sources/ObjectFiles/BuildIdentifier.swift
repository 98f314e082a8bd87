internal import Glibc

/// What tells one build of an image from another, wherever its bytes are.
package enum BuildIdentifier {
  package typealias Reader = ElfHeaders.Reader

  /// NT_GNU_BUILD_ID, from the headers at the file's beginning; nil if it is not there.
  package static func read(_ read: Reader) -> [UInt8]? {
    let most: UInt64 = 64
    guard let headers = try? ElfHeaders(read), let count = try? headers.segmentCount(read)
    else { return nil }
    for index in 0..<min(count, most) {
      guard let segment = try? headers.segment(index, read) else { return nil }
      guard segment.isNotes else { continue }
      let notes = ElfHeaders.bytes(
        read, at: segment.offset, count: Int(min(segment.fileSize, 4096)))
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
}
