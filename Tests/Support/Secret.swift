/// Something that must not be told.
public enum Secret {
  public static let text = "Zq7pLmX9Wv3kRt5y"

  /// Its first eight bytes as a register holds them.
  public static let word = text.utf8.prefix(8).reversed().reduce(UInt64(0)) {
    $0 << 8 | UInt64($1)
  }

  /// Four bytes of it that a text has, as they are or in hexadecimal in either order; nil if it has
  /// none.
  public static func leak(in text: String) -> String? {
    let bytes = Array(Secret.text.utf8)
    func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    for start in 0...bytes.count - 4 {
      let part = bytes[start..<start + 4]
      let forms = [
        String(decoding: part, as: UTF8.self), hexadecimal(part), hexadecimal(part.reversed()),
      ]
      if let form = forms.first(where: { text.contains($0) }) { return form }
    }
    return nil
  }
}
