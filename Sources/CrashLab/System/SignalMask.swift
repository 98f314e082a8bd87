internal import CHarness
internal import Glibc

/// The calling thread's signal mask while this value lives; the one before comes back at its end, in
/// the same thread.
package struct SignalMask: ~Copyable {
  private let previous: sigset_t

  /// What the thread's own instructions raise, and what ends a process from a terminal.
  private static let passing = [
    SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGINT, SIGQUIT, SIGTERM,
  ]

  /// Blocks signals that come from elsewhere, timers and ended children among them: they wait.
  package init(blockingArrivals: Void = ()) {
    var mask = sigset_t()
    var before = sigset_t()
    sigfillset(&mask)
    for signal in SignalMask.passing { sigdelset(&mask, signal) }
    pthread_sigmask(SIG_BLOCK, &mask, &before)
    previous = before
  }

  deinit {
    var mask = previous
    pthread_sigmask(SIG_SETMASK, &mask, nil)
  }
}
