internal import FoundationEssentials

/// How everything of the laboratory is written in JSON: sorted keys, so that two reports can be
/// compared line by line.
package enum JSON {
  package static func text(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// The same in one line.
  package static func line(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// The same as a part of a larger text: lines after the first begin with so many spaces more.
  package static func text(of value: some Encodable, indentedBy width: Int) throws -> String {
    let margin = "\n" + String(repeating: " ", count: width)
    return try text(of: value).split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: margin)
  }

  package static func value<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws
    -> Value
  {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
