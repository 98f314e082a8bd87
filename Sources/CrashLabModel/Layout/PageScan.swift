/// What the page tables say of some memory: pages that were touched, and hidden guards. Both in
/// ascending order, neighbours merged.
package struct PageScan: Sendable, Equatable {
  /// In memory or in swap.
  package var touched: [Range<Address>]
  /// MADV_GUARD_INSTALL.
  package var guards: [Range<Address>]

  package init(touched: [Range<Address>] = [], guards: [Range<Address>] = []) {
    self.touched = touched
    self.guards = guards
  }

  package mutating func add(low: UInt64, high: UInt64, isGuard: Bool) {
    guard low < high else { return }
    if isGuard {
      PageScan.append(Address(low)..<Address(high), to: &guards)
    } else {
      PageScan.append(Address(low)..<Address(high), to: &touched)
    }
  }

  /// Words of pagemap (Documentation/admin-guide/mm/pagemap.rst): bit 63 present, 62 in swap, 58
  /// guarded.
  ///
  /// - Parameter first: the number of the page that the first word is of.
  package mutating func add(
    pagemap words: some Sequence<UInt64>, from first: UInt64, pageSize: UInt64
  ) {
    var page = first
    for word in words {
      let low = page &* pageSize
      if word >> 58 & 0b110001 != 0 {
        add(low: low, high: low &+ pageSize, isGuard: word >> 58 & 1 == 1)
      }
      page &+= 1
    }
  }

  private static func append(_ range: Range<Address>, to ranges: inout [Range<Address>]) {
    if let last = ranges.last, last.upperBound == range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    } else {
      ranges.append(range)
    }
  }
}

extension [Range<Address>] {
  /// Those of an ascending list that share a byte with the range, cut to it.
  package func within(_ range: Range<Address>) -> [Range<Address>] {
    var found: [Range<Address>] = []
    var index = firstIndex(endingAbove: range.lowerBound)
    while index < count, self[index].lowerBound < range.upperBound {
      found.append(self[index].clamped(to: range))
      index += 1
    }
    return found
  }

  /// The first of an ascending list whose end lies above the address.
  package func firstIndex(endingAbove address: Address) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if self[middle].upperBound <= address { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
