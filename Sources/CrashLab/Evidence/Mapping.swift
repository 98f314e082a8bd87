/// One line of /proc/PID/maps.
public struct Mapping: Sendable, Equatable {
  public struct Permissions: OptionSet, Sendable {
    public var rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let read = Permissions(rawValue: 1)
    public static let write = Permissions(rawValue: 2)
    public static let execute = Permissions(rawValue: 4)
    public static let shared = Permissions(rawValue: 8)

    /// Whether the page tables let this access through.
    public func permits(_ access: Access?) -> Bool {
      switch access {
      case .read, nil: contains(.read)
      case .write: contains(.write)
      case .execute: contains(.execute)
      }
    }
  }

  public var low: Address
  /// One past the last.
  public var high: Address
  public var permissions: Permissions
  /// Of the file, in bytes.
  public var offset: UInt64
  /// A file's path, `[stack]`, `[heap]` and the like, or "" for anonymous memory.
  public var path: String

  public init(
    low: Address, high: Address, permissions: Permissions, offset: UInt64 = 0, path: String = ""
  ) {
    self.low = low
    self.high = high
    self.permissions = permissions
    self.offset = offset
    self.path = path
  }

  public func contains(_ address: Address) -> Bool { low <= address && address < high }
}

extension Collection where Element == Mapping, Index == Int {
  /// The mapping that holds the address; the collection is in ascending order, as the kernel's is.
  func holding(_ address: Address) -> Mapping? {
    guard let index = lastIndex(startingAtOrBelow: address), self[index].contains(address) else {
      return nil
    }
    return self[index]
  }

  /// The last mapping whose low end is not above the address.
  func lastIndex(startingAtOrBelow address: Address) -> Int? {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if self[middle].low <= address { low = middle + 1 } else { high = middle }
    }
    return low > startIndex ? low - 1 : nil
  }
}
