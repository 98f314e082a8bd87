import CrashLab

let swiftCodableNestingHandWritten = CrashCase(
  "swift-codable-nesting-hand-written",
  "JSON nested 100,000 deep through a hand-written recursive Codable.",
  lesson: """
    A decoder without a limit recurses as deep as its input. A hundred kilobytes of opening \
    brackets end the process.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "decoder"),
      frames: ["BracketDecoder.decode", "Nest.init(from:)"]))
) { child in
  child.thread("decoder", stackSize: 512 << 10) {
    let depth = Child.opaque(100_000)
    let json = Array(repeating: UInt8(ascii: "["), count: depth)
    if let nest = try? Nest(from: BracketDecoder(text: json)) { child.note("depth", nest.depth) }
  }
}

/// Arrays within arrays.
private struct Nest: Decodable {
  var depth: Int

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    depth = container.decodeNil() ? 0 : try container.decode(Nest.self).depth + 1
  }
}

/// Reads brackets, one a level, and nothing else.
private struct BracketDecoder: Decoder, SingleValueDecodingContainer {
  var text: [UInt8]
  var position = 0
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw notBracket }
  func container<Key>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    throw notBracket
  }

  func decodeNil() -> Bool { position >= text.count || text[position] != UInt8(ascii: "[") }
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try T(from: BracketDecoder(text: text, position: position + 1))
  }

  private var notBracket: DecodingError {
    .dataCorrupted(.init(codingPath: [], debugDescription: "only brackets are understood"))
  }
}
