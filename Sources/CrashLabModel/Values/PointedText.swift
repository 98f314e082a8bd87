/// Text in bytes that should have been something else.
package enum PointedText {
  /// The bytes of a word as text, if every byte that is not a trailing zero is printable ASCII: at
  /// least so many. Nil otherwise.
  ///
  /// - Parameter least: fewer are no text.
  package static func text(of word: UInt64, atLeast least: Int) -> String? {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    let filled = bytes.prefix { $0 != 0 }
    guard filled.count >= least, bytes[filled.count...].allSatisfy({ $0 == 0 }),
      filled.allSatisfy(isPrintable)
    else { return nil }
    return String(decoding: filled, as: UTF8.self)
  }

  /// A string of C, if it is printable and has at least four characters; nil otherwise. An ellipsis
  /// tells that it goes on.
  ///
  /// - Parameters:
  ///   - bytes: up to its zero byte, if that was reached.
  ///   - limit: no more were read.
  package static func text(in bytes: [UInt8], of limit: Int) -> String? {
    guard bytes.count >= 4,
      bytes.allSatisfy({ isPrintable($0) || $0 == 0x09 || $0 == 0x0a })
    else { return nil }
    return String(decoding: bytes, as: UTF8.self) + (bytes.count < limit ? "" : "…")
  }

  private static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7e).contains(byte) }
}
