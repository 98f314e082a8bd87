/// What lies below a stack's limit and must fault: [low, high), empty if there is none.
public struct Guard: Sendable, Equatable, Codable {
  public enum Kind: String, Codable, Sendable {
    /// A mapping that permits nothing (or not this access).
    case mapping
    /// MADV_GUARD_INSTALL: not in maps, seen in pagemap (kernel 6.15 on).
    case madvise
    /// The distance that the kernel keeps free below a stack that grows (stack_guard_gap).
    case kernelGap = "kernel-gap"
    case none
  }

  public var low: Address
  public var high: Address
  public var kind: Kind
  /// True where it may go on below `low`: of a guard that a dump does not tell of only the page is
  /// known that was met. Null elsewhere.
  @Nullable public var isPart: Bool?

  public init(low: Address, high: Address, kind: Kind, isPart: Bool? = nil) {
    self.isPart = isPart
    self.low = low
    self.high = high
    self.kind = kind
  }

  /// No guard below this limit.
  public static func none(below limit: Address) -> Guard {
    Guard(low: limit, high: limit, kind: .none)
  }

  public var size: Int { high > low ? Int(clamping: high.value - low.value) : 0 }

  public func contains(_ address: Address) -> Bool { low <= address && address < high }
}
