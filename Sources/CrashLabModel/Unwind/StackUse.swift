/// How much of the stack one function took: a row of the table "who ate the stack".
package struct StackUse: Sendable, Codable, Equatable {
  /// Null where the code has no name; then the image is what is known of it.
  @Nullable package var symbol: String?
  /// Null in the last row: everything that has no row of its own.
  @Nullable package var image: String?
  package var frames: Int
  package var bytes: Int
  /// Of the stack's size, 0 to 1; null if that is not known.
  @Nullable package var share: Double?

  package init(
    symbol: String? = nil, image: String? = nil, frames: Int, bytes: Int, share: Double? = nil
  ) {
    self.symbol = symbol
    self.image = image
    self.frames = frames
    self.bytes = bytes
    self.share = share
  }
}

extension StackUse {
  /// Adds up what each function took at all its program counters: by bytes, most first. What the
  /// sites don't account for is the last row. Nil if no frame's size is known.
  package static func table(
    _ sites: [(site: Trace.Site, name: CodeName)], of trace: Trace, stackSize: Int?
  ) -> [StackUse]? {
    var rows: [Key: StackUse] = [:]
    for (site, name) in sites {
      let key = Key(symbol: name.symbol, image: name.image)
      rows[key, default: StackUse(symbol: name.symbol, image: name.image, frames: 0, bytes: 0)]
        .add(frames: site.frames, bytes: site.bytes)
    }
    if rows.isEmpty { return nil }
    var table = rows.values.sorted { left, right in
      if left.bytes != right.bytes { return left.bytes > right.bytes }
      if left.frames != right.frames { return left.frames > right.frames }
      return (left.symbol ?? "", left.image ?? "") < (right.symbol ?? "", right.image ?? "")
    }
    let others = trace.frameCount.plus(-table.reduce(0) { $0.plus($1.frames) })
    if others > 0 {
      let bytes = max(0, trace.stackBytes.plus(-table.reduce(0) { $0.plus($1.bytes) }))
      table.append(StackUse(symbol: nil, image: nil, frames: others, bytes: bytes))
    }
    guard let stackSize, stackSize > 0 else { return table }
    return table.map { row in
      var row = row
      row.share = Double(row.bytes) / Double(stackSize)
      return row
    }
  }

  private init(symbol: String?, image: String?, frames: Int, bytes: Int) {
    self.init(symbol: symbol, image: image, frames: frames, bytes: bytes, share: nil)
  }

  private mutating func add(frames: Int, bytes: Int) {
    self.frames = self.frames.plus(frames)
    self.bytes = self.bytes.plus(bytes)
  }

  private struct Key: Hashable {
    var symbol: String?
    var image: String?
  }
}
