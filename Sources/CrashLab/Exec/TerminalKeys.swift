internal import CHarness
internal import Glibc

/// Ctrl-C and Ctrl-\ reach a program through its terminal; this process is to tell the program's
/// end, and takes no notice of them while it runs.
struct TerminalKeys {
  private let before = [SIGINT, SIGQUIT].map { ($0, signal($0, SIG_IGN)) }

  /// The program has ended: signals are nobody else's any more.
  func restore() {
    clab_observer_pass_on(0)
    for (number, action) in before { signal(number, action) }
  }
}
