import ArgumentParser

/// A number of bytes as people write it: 65536, 64K, 8M, 1G, 0x10000.
struct ByteCount: ExpressibleByArgument {
  var bytes: Int

  var defaultValueDescription: String { "\(bytes)" }

  init?(argument: String) {
    var digits = argument[...]
    let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
    var shift = 0
    // `64KiB` and `64k` are the same.
    for suffix in ["iB", "ib", "B", "b"] where digits.hasSuffix(suffix) && !digits.hasPrefix("0x") {
      digits = digits.dropLast(suffix.count)
      break
    }
    if let last = digits.last, let unit = units[Character(last.uppercased())],
      !digits.hasPrefix("0x")
    {
      shift = unit
      digits = digits.dropLast()
    }
    let number = digits.hasPrefix("0x") ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
    guard let number else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
    if overflow { return nil }
    self.bytes = bytes
  }
}
