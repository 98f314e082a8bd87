extension Trace {
  /// How many entries lie on the stack of the innermost frame: those up to the signal frame of a
  /// handler that ran on another stack than the code that it interrupted.
  package var entriesOnFirstStack: Int {
    for (index, entry) in entries.enumerated().dropFirst() where entry.isSignalFrame {
      let made = entries[index - 1].end
      let interrupted = entry.canonicalFrameAddress
      if interrupted < made || interrupted.value - made.value > Self.largestSignalFrame {
        return index + 1
      }
    }
    return entries.count
  }

  /// Their canonical frame addresses, innermost first.
  package var framesOnFirstStack: [Address] {
    entries.prefix(entriesOnFirstStack).map(\.canonicalFrameAddress)
  }

  /// The alternate stack that the innermost handler runs on, as the kernel wrote it into the signal
  /// frame: with SS_AUTODISARM nobody else tells of it while the handler is at work. Nil if the frame
  /// does not lie in it, or can't be read.
  ///
  /// - Parameter words: so many at an address; nil if they are not there.
  package func alternateStack(
    of thread: Int32, words: (UInt64, Int) -> [UInt64]?
  ) -> StackRegion.Claim? {
    guard let index = entries.dropFirst().firstIndex(where: \.isSignalFrame) else { return nil }
    // The handler's caller is the trampoline, whose stack pointer is at what the kernel has put there.
    let context = entries[index - 1].end.value &+ Self.contextOffset
    // struct ucontext: flags and link, then ss_sp, ss_flags (4 bytes of 8) and ss_size.
    guard let stack = words(context &+ 16, 3), stack.count == 3 else { return nil }
    let (high, overflows) = stack[0].addingReportingOverflow(stack[2])
    guard !overflows, stack[1] & Self.isDisabled == 0, stack[0] <= context, context < high else {
      return nil
    }
    return StackRegion.Claim(
      kind: .alternateStack, name: "", thread: thread, low: Address(stack[0]), high: Address(high))
  }

  /// Whether the frames were followed to the outermost, and that one begins in the highest page of a
  /// stack: nothing of somebody else's lies above it.
  package func begins(in stack: StackRegion) -> Bool {
    guard isComplete, let outermost = entries.last?.end else { return false }
    return outermost <= stack.high && stack.high.value - outermost.value < Self.smallestPage
  }

  /// Stacks are made of whole pages.
  private static let smallestPage: UInt64 = 4096
  /// More than the registers of any processor take: SME's ZA alone may have 64 KiB.
  private static let largestSignalFrame: UInt64 = 128 << 10
  /// SS_DISABLE of sigaltstack(2).
  private static let isDisabled: UInt64 = 2
  #if arch(x86_64)
    private static let contextOffset: UInt64 = 0
  #else
    /// The siginfo_t comes first.
    private static let contextOffset: UInt64 = 128
  #endif
}

extension Trace.Entry {
  /// The canonical frame address of the last of a run.
  fileprivate var end: Address {
    let further = UInt64(clamping: stride.times(Swift.max(0, count - 1)))
    return Address(canonicalFrameAddress.value &+ further)
  }
}
