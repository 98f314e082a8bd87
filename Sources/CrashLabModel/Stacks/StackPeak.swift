/// The most that a stack was ever in use, as far as its pages tell.
package struct StackPeak: Sendable, Equatable {
  /// What the number is worth.
  package enum Bound: String, Codable, Sendable {
    /// To the byte: its memory was filled beforehand.
    case exact
    /// The lowest page that was touched: up to a page less.
    case page
    /// Some of the pages had been touched before it was this thread's, or belong to a huge page.
    case atMost = "at-most"
    /// It was not looked at when it was deepest.
    case atLeast = "at-least"

    /// So few bytes are left in a stack that may have been used up: its last frame has not written to
    /// all of its own.
    package func leftWhenFull(pageSize: Int) -> Int { self == .exact ? 512 : pageSize }
  }

  /// From the top of the stack down, bytes: thread-local storage and control block are part of it.
  package var bytes: Int
  package var bound: Bound

  package init(bytes: Int, bound: Bound) {
    self.bytes = bytes
    self.bound = bound
  }

  /// The larger one; of two equal ones that which says more.
  package func larger(_ other: StackPeak) -> StackPeak {
    if bytes != other.bytes { return bytes > other.bytes ? self : other }
    let order: [Bound] = [.exact, .page, .atMost, .atLeast]
    let isOther = (order.firstIndex(of: other.bound) ?? 0) < (order.firstIndex(of: bound) ?? 0)
    return isOther ? other : self
  }
}

/// A stack whose thread has ended, or whose program has.
package struct UsedStack: Sendable, Equatable {
  /// Main, or a thread's.
  package var kind: StackKind
  package var name: String
  /// The function that the thread began with, or the outermost return address on a coroutine's
  /// stack; nil if it is not known.
  package var entry: Address?
  /// Of a coroutine the next few return addresses, outermost first: the first may be of whoever
  /// starts coroutines.
  package var calls: [Address] = []
  /// From the guard to the top, bytes; nil if its limit is not known.
  package var size: Int?
  /// Bytes; nil if it is not known.
  package var `guard`: Int?
  /// Thread-local storage and control block at its top, bytes; nil if they are not known.
  package var threadLocalStorage: Int?
  /// Nil if nobody has seen it.
  package var peak: StackPeak?
  /// Nil if no samples were taken of it.
  package var deepest: SampledTrace?

  package init(
    kind: StackKind, name: String, entry: Address?, calls: [Address] = [], size: Int?,
    guard: Int?, threadLocalStorage: Int?, peak: StackPeak?
  ) {
    self.calls = calls
    self.kind = kind
    self.name = name
    self.entry = entry
    self.size = size
    self.guard = `guard`
    self.threadLocalStorage = threadLocalStorage
    self.peak = peak
  }
}
