extension Fault {
  /// Whether a process may have ended in this way because of it: by the same signal, or by a handler
  /// that has ended it.
  package func explains(_ termination: Termination) -> Bool {
    termination.kind != .signal || termination.signal == signal
  }
}
