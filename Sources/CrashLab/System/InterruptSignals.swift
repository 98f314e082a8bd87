internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Ctrl-C, SIGTERM and SIGHUP as a descriptor for the poll loop, so that nothing is cut off between
/// two instructions; on request also what happens to children. Children are forked with an empty
/// mask.
package struct InterruptSignals: ~Copyable {
  package let descriptor: CInt
  private let previousMask: sigset_t
  private let previousAction: sigaction

  /// - Parameter children: whether SIGCHLD is told too.
  package init(children: Bool = false) throws(SystemError) {
    var mask = sigset_t()
    var previous = sigset_t()
    sigemptyset(&mask)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&mask, signal) }
    if children { sigaddset(&mask, SIGCHLD) }
    // Whoever ignores SIGCHLD gets no status of any child (wait(2)).
    var action = sigaction()
    var before = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(SIGCHLD, &action, &before)
    previousAction = before
    sigprocmask(SIG_BLOCK, &mask, &previous)
    previousMask = previous
    descriptor = try system("signalfd") {
      clab_signal_descriptor(&mask)
    }
  }

  /// The signal that has come, if one has.
  package func take() -> Signal? {
    let number = clab_take_signal(descriptor)
    return number > 0 ? Signal(number) : nil
  }

  deinit {
    close(descriptor)
    var mask = previousMask
    sigprocmask(SIG_SETMASK, &mask, nil)
    var action = previousAction
    sigaction(SIGCHLD, &action, nil)
  }
}
