/// One line of /proc/PID/maps.
package struct Mapping: Sendable, Equatable {
  package struct Permissions: OptionSet, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let read = Permissions(rawValue: 1)
    package static let write = Permissions(rawValue: 2)
    package static let execute = Permissions(rawValue: 4)
    package static let shared = Permissions(rawValue: 8)

    /// Whether the page tables let this access through.
    package func permits(_ access: Access?) -> Bool {
      switch access {
      case .read, nil: contains(.read)
      case .write: contains(.write)
      case .execute: contains(.execute)
      }
    }
  }

  package var low: Address
  /// One past the last.
  package var high: Address
  package var permissions: Permissions
  /// Of the file, in bytes.
  package var offset: UInt64
  /// A file's path, `[stack]`, `[heap]` and the like, or "" for anonymous memory.
  package var path: String
  /// Of the file, as stat(2) gives it in st_dev; 0 without a file, or where nobody tells.
  package var device: UInt64
  /// Of the file; 0 likewise.
  package var inode: UInt64

  package init(
    low: Address, high: Address, permissions: Permissions, offset: UInt64 = 0, path: String = "",
    device: UInt64 = 0, inode: UInt64 = 0
  ) {
    self.low = low
    self.high = high
    self.permissions = permissions
    self.offset = offset
    self.path = path
    self.device = device
    self.inode = inode
  }

  package func contains(_ address: Address) -> Bool { low <= address && address < high }
}

extension [Mapping] {
  /// The mapping that holds the address; the mappings are in ascending order, as the kernel's are.
  package func holding(_ address: Address) -> Mapping? {
    guard let index = lastIndex(startingAtOrBelow: address), self[index].contains(address) else {
      return nil
    }
    return self[index]
  }

  /// The last mapping whose low end is not above the address.
  package func lastIndex(startingAtOrBelow address: Address) -> Int? {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if self[middle].low <= address { low = middle + 1 } else { high = middle }
    }
    return low > startIndex ? low - 1 : nil
  }
}
