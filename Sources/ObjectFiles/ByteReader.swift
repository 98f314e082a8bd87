internal import CrashLabModel

/// Reads a file that nobody vouches for: past its end there is nil, never a trap.
package struct ByteReader {
  package let bytes: UnsafeRawBufferPointer
  package private(set) var position: Int
  package let end: Int

  /// Nil if the range is not inside of the bytes.
  package init?(_ bytes: UnsafeRawBufferPointer, at position: UInt64 = 0, size: UInt64? = nil) {
    guard let start = Int(exactly: position), start <= bytes.count else { return nil }
    if let size {
      guard let size = Int(exactly: size), size <= bytes.count - start else { return nil }
      end = start + size
    } else {
      end = bytes.count
    }
    self.bytes = bytes
    self.position = start
  }

  package var isAtEnd: Bool { position >= end }

  package mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) -> Value?
  {
    guard MemoryLayout<Value>.size <= end - position else { return nil }
    defer { position += MemoryLayout<Value>.size }
    return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
  }

  package mutating func byte() -> UInt8? { integer(UInt8.self) }

  package mutating func skip(_ count: UInt64) -> Bool {
    guard let count = Int(exactly: count), count <= end - position else { return false }
    position += count
    return true
  }

  /// DWARF's LEB128; nil if it has more bits than 64.
  package mutating func unsignedLEB() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = byte() else { return nil }
      let bits = UInt64(byte & 0x7f)
      if shift == 63, bits > 1 { return nil }
      value |= bits << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }

  package mutating func signedLEB() -> Int64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = byte() else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 {
        if shift + 7 < 64, byte & 0x40 != 0 { value |= ~UInt64(0) << (shift + 7) }
        return Int64(bitPattern: value)
      }
    }
    return nil
  }

  /// The text up to a zero byte, at most so many bytes.
  package mutating func text(atMost limit: Int = 4096) -> String? {
    let rest = bytes[position..<min(end, position + limit)]
    guard let zero = rest.firstIndex(of: 0) else { return nil }
    defer { position = zero + 1 }
    return String(decoding: bytes[position..<zero], as: UTF8.self)
  }
}
