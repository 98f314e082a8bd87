extension Mapping {
  /// Reads the text of /proc/PID/maps (fs/proc/task_mmu.c, show_map_vma). A line that is not as
  /// the kernel writes it is left out: what was not understood is not guessed.
  static func parse(maps text: some Collection<UInt8>) -> [Mapping] {
    var mappings: [Mapping] = []
    var lastPath: (bytes: ArraySlice<UInt8>, text: String) = ([], "")
    let bytes = Array(text)
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      var scanner = LineScanner(line)
      guard let low = scanner.hexadecimal(), scanner.skip("-"), let high = scanner.hexadecimal(),
        low < high, scanner.skip(" "), let permissions = scanner.permissions(),
        scanner.skip(" "), let offset = scanner.hexadecimal(), scanner.skip(" ")
      else { continue }
      scanner.skipWord()  // device
      scanner.skipSpaces()
      scanner.skipWord()  // inode
      scanner.skipSpaces()
      let rest = scanner.rest
      if lastPath.bytes != rest { lastPath = (rest, String(decoding: rest, as: UTF8.self)) }
      mappings.append(
        Mapping(
          low: Address(low), high: Address(high), permissions: permissions, offset: offset,
          path: lastPath.text))
    }
    return mappings
  }
}

/// Walks over one line of the kernel's.
private struct LineScanner {
  private(set) var rest: ArraySlice<UInt8>

  init(_ line: ArraySlice<UInt8>) { rest = line }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func skipSpaces() { while skip(" ") {} }

  mutating func skipWord() {
    rest = rest.drop { $0 != UInt8(ascii: " ") }
  }

  mutating func hexadecimal() -> UInt64? {
    var value: UInt64 = 0
    var digits = 0
    while let byte = rest.first, let digit = LineScanner.digit(byte) {
      guard digits < 16 else { return nil }
      value = value << 4 | UInt64(digit)
      digits += 1
      rest.removeFirst()
    }
    return digits > 0 ? value : nil
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  mutating func permissions() -> Mapping.Permissions? {
    guard rest.count >= 4 else { return nil }
    let letters = Array(rest.prefix(4))
    rest.removeFirst(4)
    var result: Mapping.Permissions = []
    if letters[0] == UInt8(ascii: "r") { result.insert(.read) }
    if letters[1] == UInt8(ascii: "w") { result.insert(.write) }
    if letters[2] == UInt8(ascii: "x") { result.insert(.execute) }
    if letters[3] == UInt8(ascii: "s") { result.insert(.shared) }
    return result
  }
}
