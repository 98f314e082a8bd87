/// A file whose code is mapped into a process.
package struct LoadedImage: Hashable, Sendable {
  package var path: String
  /// Where the file's first byte is mapped.
  package var base: Address
  /// One past the last mapped byte.
  package var end: Address

  package init(path: String, base: Address, end: Address) {
    self.path = path
    self.base = base
    self.end = end
  }
}

extension LoadedImage {
  /// The image that holds the address, or nil if no file is mapped there.
  ///
  /// - Parameter mappings: in ascending order.
  package static func holding(_ address: Address, in mappings: [Mapping]) -> LoadedImage? {
    guard let index = mappings.lastIndex(startingAtOrBelow: address),
      mappings[index].contains(address), mappings[index].isOfFile
    else { return nil }
    let path = mappings[index].path
    // Segments of one file ascend from its first byte; what lies between has no name (.bss) or
    // permits nothing. A file smaller than a page is mapped from its first byte several times.
    var first = index
    while mappings[first].offset != 0 || mappings[first].path != path
      || mappings.continues(at: first)
    {
      guard first > 0, mappings[first - 1].path == path || mappings[first - 1].path.isEmpty else {
        return nil
      }
      first -= 1
    }
    var last = index
    while last + 1 < mappings.count, mappings[last + 1].path == path,
      mappings[last + 1].offset > 0 || mappings.continues(at: last + 1)
    { last += 1 }
    return LoadedImage(path: path, base: mappings[first].low, end: mappings[last].high)
  }
}

extension [Mapping] {
  /// Whether a mapping of a file's first byte is another segment of the image before it.
  fileprivate func continues(at index: Int) -> Bool {
    guard index > 0 else { return false }
    let before = self[index - 1]
    let mapping = self[index]
    return before.path == mapping.path && before.high == mapping.low && before.offset == 0
      && mapping.offset == 0 && before.permissions != mapping.permissions
  }
}

extension Mapping {
  /// The kernel's own names stand in brackets.
  fileprivate var isOfFile: Bool { path.hasPrefix("/") }
}
