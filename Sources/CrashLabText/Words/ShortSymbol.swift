internal import CrashLabModel

/// A symbol made short enough for a line: what tells functions apart goes last.
///
/// In this order, as far as needed: hashes and the compiler's own words, generic arguments,
/// nested closures, parameters, the outer namespaces, and at last the middle. The function's own name
/// stays as long as it fits itself.
package func shortSymbol(_ symbol: String, width: Int) -> String {
  var name = printable(symbol).withoutNoise
  let steps: [(String) -> String] = [
    { $0.collapsing("<", ">") }, { $0.withoutInnerClosures }, { $0.collapsing("(", ")") },
  ]
  for step in steps where name.count > width { name = step(name) }
  if name.count > width { name = name.withoutOuterNamespaces(to: width) }
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
    var inside = 0
    var rest = self[...]
    while let character = rest.first {
      let name = String.namesOfOperators.first { rest.hasPrefix($0) }
      if let name {
        if depth == 0 { result += name } else { inside += name.count }
        rest = rest.dropFirst(name.count)
        continue
      }
      rest = rest.dropFirst()
      if character == close {
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

  /// In which brackets are none; the longest that begin alike come first.
  private static let namesOfOperators =
    ["<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "()", "<", ">"].map {
      "operator" + $0
    } + ["->"]

  /// `ns::outer::Class::name()` is `…::Class::name()`: as few of the outermost are left out as fit.
  fileprivate func withoutOuterNamespaces(to width: Int) -> String {
    var depth = 0
    var index = startIndex
    while index < endIndex {
      let character = self[index]
      if "<([{".contains(character) { depth += 1 }
      if ">)]}".contains(character) { depth -= 1 }
      if depth < 0 { return self }
      let next = self.index(after: index)
      if depth == 0, character == ":", next < endIndex, self[next] == ":" {
        let short = "…" + self[index...]
        // What follows the last of them is the name itself.
        if short.count <= width || !self[self.index(after: next)...].contains("::") {
          return short
        }
        index = next
      }
      index = self.index(after: index)
    }
    return self
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
