internal import CHarness
internal import CrashLabModel

/// Asks a thread that is about to die how it was set up for a signal.
struct Asking {
  let thread: Int32
  /// System calls may be forbidden there: it is not asked.
  let isFiltered: Bool
  /// The signals that were ignored when the program was executed.
  let ignored: UInt64

  /// Nil if nobody knows.
  func callAsFunction(_ signal: Signal) -> SignalSetup? {
    var raw = clab_signal_setup()
    guard !isFiltered, clab_observer_ask(thread, signal.number, &raw) == 0 else { return nil }
    let (high, overflows) = raw.alternate_low.addingReportingOverflow(raw.alternate_size)
    let stack = StackRegion.Claim(
      kind: .alternateStack, name: "", thread: thread, low: Address(raw.alternate_low),
      high: Address(overflows ? UInt64.max : high))
    return SignalSetup(
      alternateStack: raw.has_alternate_stack ? stack : nil, flags: raw.action_flags,
      mask: raw.action_mask, actionWasSet: raw.action_was_set,
      wasIgnored: ignored >> UInt64(signal.number - 1) & 1 == 1)
  }
}
