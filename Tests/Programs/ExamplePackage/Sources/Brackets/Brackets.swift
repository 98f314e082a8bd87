/// A value of nested lists: `[[],[[]]]`.
public indirect enum Brackets: Equatable {
  case list([Brackets])

  /// The depth that ``parse(_:deepest:)`` does not go beyond. A thread of 512 KiB has room for it;
  /// a test says so.
  public static let deepest = 500

  public struct TooDeep: Error {}
  public struct Malformed: Error {}

  /// Refuses what is too deep for the stack.
  public static func parse(_ text: String, deepest: Int = deepest) throws -> Brackets {
    var rest = Array(text.utf8)[...]
    let value = try list(&rest, roomFor: deepest)
    guard rest.isEmpty else { throw Malformed() }
    return value
  }

  /// Trusts its input, as so many parsers do.
  public static func parseTrusting(_ text: String) throws -> Brackets {
    try parse(text, deepest: .max)
  }

  private static func list(_ rest: inout ArraySlice<UInt8>, roomFor levels: Int) throws -> Brackets
  {
    guard levels > 0 else { throw TooDeep() }
    guard rest.popFirst() == UInt8(ascii: "[") else { throw Malformed() }
    var values: [Brackets] = []
    while rest.first == UInt8(ascii: "[") {
      values.append(try list(&rest, roomFor: levels - 1))
      if rest.first == UInt8(ascii: ",") { rest.removeFirst() }
    }
    guard rest.popFirst() == UInt8(ascii: "]") else { throw Malformed() }
    return .list(values)
  }
}
