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
