package import CrashLabModel

extension UncoveredCode {
  /// What is left of a file's code without the functions that are covered, split at its symbols;
  /// padding between functions is no code. Pure.
  ///
  /// - Parameter covered: addresses of the functions, in any order; they may overlap.
  package static func find(in image: ElfImage, covered: [Range<UInt64>]) -> [UncoveredCode] {
    let covered = covered.sorted { $0.lowerBound < $1.lowerBound }
    let symbols = image.functionSymbols
    var found: [UncoveredCode] = []
    var next = 0
    var done: UInt64 = 0
    for range in image.code {
      var low = max(range.low, done)
      while next < covered.count, covered[next].lowerBound < range.high {
        let function = covered[next]
        if function.lowerBound > low {
          found += pieces(low..<function.lowerBound, in: range, symbols, image)
        }
        low = max(low, function.upperBound)
        // It may reach into the next range.
        if function.upperBound > range.high { break }
        next += 1
      }
      if low < range.high { found += pieces(low..<range.high, in: range, symbols, image) }
      done = max(done, low, range.high)
    }
    return found
  }

  private static func pieces(
    _ gap: Range<UInt64>, in range: ElfImage.CodeRange, _ symbols: [ElfImage.FunctionSymbol],
    _ image: ElfImage
  ) -> [UncoveredCode] {
    var first = symbols.partitioningIndex { $0.address >= gap.lowerBound }
    var pieces: [UncoveredCode] = []
    var low = gap.lowerBound
    var name: String? = nil
    while low < gap.upperBound {
      if first < symbols.count, symbols[first].address == low {
        name = symbols[first].name
        first += 1
      }
      let high =
        first < symbols.count ? min(symbols[first].address, gap.upperBound) : gap.upperBound
      if let piece = piece(low..<high, in: range, name, image) { pieces.append(piece) }
      low = high
    }
    return pieces
  }

  /// Nil if there is nothing but padding.
  private static func piece(
    _ gap: Range<UInt64>, in range: ElfImage.CodeRange, _ name: String?, _ image: ElfImage
  ) -> UncoveredCode? {
    guard let code = image.code(at: gap.lowerBound, size: gap.upperBound - gap.lowerBound) else {
      return nil
    }
    let start = Padding.length(code, of: image.processor)
    guard start < code.count else { return nil }
    let rest = UnsafeRawBufferPointer(rebasing: code[start...])
    let steps = StackSteps(rest, of: image.processor)
    let isWhole = steps.isComplete && !steps.isDynamic
    // Without a name: as small as the C runtime's, and it does not move the stack pointer.
    let isSmall = name == nil && rest.count <= 256 && isWhole && steps.largest <= 16
    let isStartup =
      startupSections.contains(range.section) || name.map(startupSymbols.contains) ?? isSmall
    return UncoveredCode(
      address: Address(gap.lowerBound + UInt64(start)), size: rest.count,
      kind: isStartup ? .startup : .code, section: range.section, symbol: name,
      step: isWhole ? Int(steps.largest) : nil)
  }

  private static let startupSections: Set = [".init", ".fini", ".plt", ".plt.got", ".plt.sec"]
  /// crt1.o, crti.o, and crtbegin.o, which is built without such information.
  private static let startupSymbols: Set = [
    "_start", "_init", "_fini", "_dl_relocate_static_pie", "call_weak_fn", "deregister_tm_clones",
    "register_tm_clones", "__do_global_dtors_aux", "frame_dummy", "__libc_csu_init",
    "__libc_csu_fini",
  ]
}

extension [ElfImage.FunctionSymbol] {
  /// The first index from which on it holds.
  fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
