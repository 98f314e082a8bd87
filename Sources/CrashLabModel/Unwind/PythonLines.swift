/// The table of a code object of CPython 3.11 and later that tells the line of each instruction
/// (Objects/locations.md).
package enum PythonLines {
  /// Nil where the table tells none.
  ///
  /// - Parameters:
  ///   - instruction: its number: code units from the function's first.
  ///   - table: the bytes of co_linetable.
  ///   - first: co_firstlineno.
  package static func line(of instruction: Int, in table: [UInt8], first: Int) -> Int? {
    var reader = Reader(bytes: table[...])
    var line = first
    var next = 0
    while let head = reader.byte() {
      guard head & 0x80 != 0 else { return nil }
      var hasLine = true
      switch head >> 3 & 15 {
      case 0...9: _ = reader.byte()
      case let code where code <= 12:
        line = line.plus(Int(code) - 10)
        _ = reader.byte()
        _ = reader.byte()
      case 13: line = line.plus(reader.signed() ?? 0)
      case 14:
        line = line.plus(reader.signed() ?? 0)
        for _ in 0..<3 { _ = reader.varint() }
      default: hasLine = false
      }
      next += Int(head & 7) + 1
      if instruction < next { return hasLine ? line : nil }
    }
    return nil
  }

  private struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func byte() -> UInt8? { bytes.popFirst() }

    mutating func varint() -> UInt64? {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while let byte = bytes.popFirst() {
        if shift < 64 { value |= UInt64(byte & 63) << shift }
        shift += 6
        if byte & 64 == 0 { return value }
      }
      return nil
    }

    mutating func signed() -> Int? {
      varint().map { value in
        let magnitude = Int(clamping: value >> 1)
        return value & 1 == 1 ? -magnitude : magnitude
      }
    }
  }
}
