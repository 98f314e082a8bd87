import CHarness
import Testing

@testable import CrashLab

@Test func mapsAreReadAsTheKernelWritesThem() {
  let text = """
    55d0c0a00000-55d0c0b00000 r-xp 00001000 fe:00 1234                       /usr/bin/a b
    7f0000000000-7f0000001000 ---p 00000000 00:00 0 
    7f0000001000-7f0000801000 rw-s 00000000 00:00 0                          [anon:x]

    """
  let mappings = Mapping.parse(maps: text.utf8)
  #expect(mappings.count == 3)
  #expect(mappings[0].path == "/usr/bin/a b")
  #expect(mappings[0].offset == 0x1000)
  #expect(mappings[0].permissions == [.read, .execute])
  #expect(mappings[1].permissions == [])
  #expect(mappings[1].path == "")
  #expect(mappings[2].permissions == [.read, .write, .shared])
}

@Test(arguments: [
  "", "\n\n", "garbage", "1-", "2-1 r--p 0 0 0", "1-2", "1-2 rwx", "11112222333344445-2 r--p 0 0 0",
  "1-2 r--p zz 00:00 0", "1-2 r--p", "-", "g-h r--p 0 0 0 x",
])
func whatIsNoMapsLineIsLeftOut(text: String) {
  #expect(Mapping.parse(maps: text.utf8).isEmpty)
}

/// The text is read in pieces, while the process maps and unmaps.
@Test func linesThatOverlapTheOneBeforeAreLeftOut() {
  let text = """
    1000-3000 rw-p 00000000 00:00 0
    2000-4000 r--p 00000000 00:00 0
    500-600 r--p 00000000 00:00 0
    3000-4000 r-xp 00000000 00:00 0

    """
  #expect(Mapping.parse(maps: text.utf8).map(\.low) == [Address(0x1000), Address(0x3000)])
}

/// Random bytes, and random changes of a true line, neither trap nor hang.
@Test(arguments: 0..<20)
func mapsParserBearsAnything(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let line = Array("7f0000001000-7f0000801000 rw-p 00000000 fe:00 12 /lib/x\n".utf8)
  for _ in 0..<200 {
    var bytes = (0..<Int.random(in: 0...5, using: &random)).flatMap { _ in line }
    for _ in 0..<Int.random(in: 0...8, using: &random) where !bytes.isEmpty {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
    }
    let mappings = Mapping.parse(maps: bytes)
    for mapping in mappings { #expect(mapping.low < mapping.high) }
    for (lower, upper) in zip(mappings, mappings.dropFirst()) {
      #expect(lower.high <= upper.low)
    }
  }
}

@Test(arguments: 0..<20)
func evidenceDecoderBearsAnything(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  for _ in 0..<100 {
    var bytes = (0..<ChildMessage.size).map { _ in UInt8.random(in: 0...255, using: &random) }
    // Half of them begin as a message does, so that more than the first check is reached.
    if Bool.random(using: &random) {
      withUnsafeBytes(of: UInt32(CLAB_EVIDENCE_MAGIC)) { bytes.replaceSubrange(0..<4, with: $0) }
      withUnsafeBytes(of: UInt32(ChildMessage.size)) { bytes.replaceSubrange(4..<8, with: $0) }
      withUnsafeBytes(of: UInt32.random(in: 0...4, using: &random)) {
        bytes.replaceSubrange(8..<12, with: $0)
      }
    }
    bytes.withUnsafeBytes { _ = try? ChildMessage($0, sender: 1) }
    bytes.withUnsafeBytes {
      _ = try? ChildMessage(
        UnsafeRawBufferPointer(rebasing: $0.prefix(seed == 0 ? 0 : 77)), sender: 1)
    }
  }
}

@Test func controlCharactersAreEscaped() {
  #expect(printable("ordinary ß 漢") == "ordinary ß 漢")
  #expect(printable("\u{1B}[31mred") == "\\u{1b}[31mred")
  #expect(printable("a\nb\u{202E}c") == "a\\u{a}b\\u{202e}c")
}

@Test func sameSeedSameOrder() {
  let cases = (0..<50).map {
    CrashCase("case-\($0)", "", lesson: "", expect: .init(ending: .survives)) { _ in }
  }
  let first = PlannedTrial.plan(cases, repeating: 2, seed: 7).map(\.case.name)
  #expect(first == PlannedTrial.plan(cases, repeating: 2, seed: 7).map(\.case.name))
  #expect(first != PlannedTrial.plan(cases, repeating: 2, seed: 8).map(\.case.name))
  #expect(first.count == 100)
}
