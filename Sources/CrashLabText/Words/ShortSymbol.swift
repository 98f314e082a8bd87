internal import CrashLabModel

/// A symbol made short enough for a line: what tells functions apart goes last.
///
/// In this order, as far as needed: hashes and the compiler's own words, generic arguments,
/// nested closures, parameters, and at last the middle.
package func shortSymbol(_ symbol: String, width: Int) -> String {
  var name = printable(symbol).withoutNoise
  let steps: [(String) -> String] = [
    { $0.collapsing("<", ">") }, { $0.withoutInnerClosures }, { $0.collapsing("(", ")") },
  ]
  for step in steps where name.count > width { name = step(name) }
  return width > 8 ? shortened(name, to: width) : name
}

/// Without its middle, if it is longer.
package func shortened(_ text: String, to width: Int) -> String {
  guard text.count > width, width > 0 else { return text }
  let tail = (width - 1) / 3
  return text.prefix(width - 1 - tail) + "…" + text.suffix(tail)
}

/// The last component: `/a/b/c.swift` is `c.swift`.
package func lastComponent(_ path: String) -> String {
  printable(path.split(separator: "/").last.map(String.init) ?? path)
}

extension String {
  /// Without words that no programmer has written.
  fileprivate var withoutNoise: String {
    var name = self
    for noise in [" in variable initialization expression of ", " in implicit closure "] {
      name = name.replacing(noise, with: " in ")
    }
    // Rust's legacy mangling ends with a hash: `::h` and 16 digits.
    let hash = name.suffix(19)
    if hash.count == 19, hash.hasPrefix("::h"), hash.dropFirst(3).allSatisfy(\.isHexDigit) {
      name.removeLast(19)
    }
    return name
  }

  /// `closure #1 in closure #2 in f()` is `closure #1 in f()`.
  fileprivate var withoutInnerClosures: String {
    let parts = split(separator: " in ", omittingEmptySubsequences: true)
    guard parts.count > 2, let first = parts.first else { return self }
    let rest = parts.dropFirst().filter { !$0.hasPrefix("closure #") }
    return ([first] + rest).joined(separator: " in ")
  }

  /// What stands between the outermost pairs of the brackets becomes `…`; operators such as `->` or
  /// `operator<` are no brackets, and where the pairs don't match nothing is changed.
  fileprivate func collapsing(_ open: Character, _ close: Character) -> String {
    var result = ""
    var depth = 0
    var previous: Character = " "
    var inside = 0
    for character in self {
      let isArrow = character == ">" && previous == "-"
      previous = character
      if character == close && !isArrow {
        depth -= 1
        if depth < 0 { return self }
        if depth == 0 && inside > 0 { result += "…" }
      }
      if depth == 0 { result.append(character) } else { inside += 1 }
      if character == open {
        if depth == 0 { inside = 0 }
        depth += 1
      }
    }
    return depth == 0 ? result : self
  }

  /// Every occurrence of one text by another; the standard library has no such thing.
  private func replacing(_ text: String, with other: String) -> String {
    var result = ""
    var rest = self[...]
    while let range = rest.firstRange(of: text) {
      result += rest[..<range.lowerBound] + other
      rest = rest[range.upperBound...]
    }
    return result + rest
  }
}
