/// A stack and the guard below it, as found.
public struct StackRegion: Sendable, Equatable {
  public enum Kind: String, Codable, Sendable {
    case main, thread, coroutine
    case alternateStack = "alternate-stack"
  }

  public var kind: Kind
  /// Of the thread or the coroutine; "" if it has none.
  public var name: String
  /// A coroutine's number; nil for other stacks.
  public var number: Int?
  /// The thread whose own stack it is; nil for a coroutine's.
  public var thread: Int32?
  /// The stack limit: the lowest usable address.
  public var low: Address
  /// One past the highest.
  public var high: Address
  public var `guard`: Guard
  /// Not known are the limits where there is only the memory that a stack pointer lies in, which may
  /// hold more than a stack; and a main stack may have none.
  public var isLimitKnown: Bool

  public init(
    kind: Kind, name: String, number: Int? = nil, thread: Int32? = nil, low: Address,
    high: Address, guard: Guard, isLimitKnown: Bool = true
  ) {
    self.isLimitKnown = isLimitKnown
    self.kind = kind
    self.name = name
    self.number = number
    self.thread = thread
    self.low = low
    self.high = high
    self.guard = `guard`
  }

  public var size: Int { high > low ? Int(clamping: high.value - low.value) : 0 }

  public func contains(_ address: Address) -> Bool { low <= address && address < high }
}

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

  public init(low: Address, high: Address, kind: Kind) {
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
