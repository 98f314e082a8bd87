/// A stack and the guard below it, as found.
package struct StackRegion: Sendable, Equatable {
  package var kind: StackKind
  /// Of the thread or the coroutine; "" if it has none.
  package var name: String
  /// A coroutine's number; nil for other stacks.
  package var number: Int?
  /// The thread whose own stack it is; nil for a coroutine's.
  package var thread: Int32?
  /// The stack limit: the lowest usable address.
  package var low: Address
  /// One past the highest.
  package var high: Address
  package var `guard`: Guard
  /// Not known are the limits where there is only the memory that a stack pointer lies in, which may
  /// hold more than a stack; and a main stack may have none.
  package var isLimitKnown: Bool
  /// Not known is the top where there is only memory that has its end there: what lies between may be
  /// somebody else's, as the kernel joins neighbouring mappings.
  package var isTopKnown: Bool

  package init(
    kind: StackKind, name: String, number: Int? = nil, thread: Int32? = nil, low: Address,
    high: Address, guard: Guard, isLimitKnown: Bool = true, isTopKnown: Bool = true
  ) {
    self.isLimitKnown = isLimitKnown
    self.isTopKnown = isTopKnown
    self.kind = kind
    self.name = name
    self.number = number
    self.thread = thread
    self.low = low
    self.high = high
    self.guard = `guard`
  }

  package var size: Int { high > low ? Int(clamping: high.value - low.value) : 0 }

  package func contains(_ address: Address) -> Bool { low <= address && address < high }
}
