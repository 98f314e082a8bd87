internal import CrashLabModel
internal import Glibc

extension Mapping {
  /// Reads the text of /proc/PID/maps (fs/proc/task_mmu.c, show_map_vma). A line that is not as
  /// the kernel writes it is left out: what was not understood is not guessed. So is one that does
  /// not lie above the one before: the text is read in pieces, and the process may map and unmap
  /// meanwhile.
  package static func parse(maps text: some Collection<UInt8>) -> [Mapping] {
    Array(text).withUnsafeBufferPointer { (bytes) -> [Mapping] in parse(bytes) }
  }

  private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> [Mapping] {
    guard var next = bytes.baseAddress else { return [] }
    let end = next + bytes.count
    var mappings: [Mapping] = []
    mappings.reserveCapacity(bytes.count / 64)
    var path = ""
    var lastHigh = Address(0)
    while next < end {
      let newline = memchr(next, CInt(UInt8(ascii: "\n")), end - next)
      let lineEnd = newline.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? end
      if let mapping = parse(line: LineScanner(next, lineEnd), lastPath: path),
        mapping.low >= lastHigh
      {
        mappings.append(mapping)
        path = mapping.path
        lastHigh = mapping.high
      }
      next = lineEnd + 1
    }
    return mappings
  }

  /// - Parameter lastPath: of the line before, which most lines repeat.
  private static func parse(line: LineScanner, lastPath: String) -> Mapping? {
    var scanner = line
    guard let low = scanner.hexadecimal(), scanner.skip("-"), let high = scanner.hexadecimal(),
      low < high, scanner.skip(" "), let permissions = scanner.permissions(),
      scanner.skip(" "), let offset = scanner.hexadecimal(), scanner.skip(" "),
      let major = scanner.hexadecimal(), scanner.skip(":"), let minor = scanner.hexadecimal(),
      scanner.skip(" "), let inode = scanner.decimal()
    else { return nil }
    scanner.skipSpaces()
    return Mapping(
      low: Address(low), high: Address(high), permissions: permissions, offset: offset,
      path: scanner.rest(orSameAs: lastPath), device: deviceNumber(major: major, minor: minor),
      inode: inode)
  }
}

/// A device as stat(2) writes it (makedev(3)).
private func deviceNumber(major: UInt64, minor: UInt64) -> UInt64 {
  (major & 0xffff_f000) << 32 | (major & 0xfff) << 8 | (minor & 0xffff_ff00) << 12 | minor & 0xff
}

/// Walks over one line of the kernel's. By pointer: a process may have tens of thousands of
/// mappings, and a collection's ways take ten times as long in a debug build.
struct LineScanner {
  private var next: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>

  init(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    next = start
    self.end = end
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next < end, next.pointee == UInt8(ascii: character) else { return false }
    next += 1
    return true
  }

  /// Nothing is skipped if the line does not go on so.
  mutating func skip(text: StaticString) -> Bool {
    guard end - next >= text.utf8CodeUnitCount,
      memcmp(next, text.utf8Start, text.utf8CodeUnitCount) == 0
    else { return false }
    next += text.utf8CodeUnitCount
    return true
  }

  mutating func skipSpaces() {
    while next < end, next.pointee == 0x20 { next += 1 }
  }

  mutating func skipWord() {
    while next < end, next.pointee != 0x20 { next += 1 }
  }

  mutating func hexadecimal() -> UInt64? {
    let start = next
    var value: UInt64 = 0
    while next < end {
      let digit: UInt8
      switch next.pointee {
      case 0x30...0x39: digit = next.pointee - 0x30
      case 0x61...0x66: digit = next.pointee - 0x61 + 10
      default: return next > start ? value : nil
      }
      guard next - start < 16 else { return nil }
      value = value << 4 | UInt64(digit)
      next += 1
    }
    return next > start ? value : nil
  }

  mutating func decimal() -> UInt64? {
    let start = next
    var value: UInt64 = 0
    while next < end, (0x30...0x39).contains(next.pointee) {
      let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = tens.addingReportingOverflow(UInt64(next.pointee - 0x30))
      if isTooLarge || overflows { return nil }
      value = sum
      next += 1
    }
    return next > start ? value : nil
  }

  mutating func permissions() -> Mapping.Permissions? {
    guard end - next >= 4 else { return nil }
    var result: UInt8 = 0
    if next[0] == UInt8(ascii: "r") { result |= Mapping.Permissions.read.rawValue }
    if next[1] == UInt8(ascii: "w") { result |= Mapping.Permissions.write.rawValue }
    if next[2] == UInt8(ascii: "x") { result |= Mapping.Permissions.execute.rawValue }
    if next[3] == UInt8(ascii: "s") { result |= Mapping.Permissions.shared.rawValue }
    next += 4
    return Mapping.Permissions(rawValue: result)
  }

  /// What is left of the line; no new text is made if it is the same as another.
  func rest(orSameAs other: String) -> String {
    let bytes = UnsafeBufferPointer(start: next, count: end - next)
    if bytes.isEmpty { return "" }
    var same = other
    let isSame = same.withUTF8 {
      $0.count == bytes.count && memcmp($0.baseAddress!, next, bytes.count) == 0
    }
    return isSame ? other : String(decoding: bytes, as: UTF8.self)
  }
}
