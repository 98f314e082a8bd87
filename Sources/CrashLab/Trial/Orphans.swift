internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Processes that a trial has started and left. They become children of the laboratory, in whatever
/// session or group they hide, and are ended.
struct Orphans: ~Copyable {
  private let others: Set<pid_t>

  /// Adopts orphans from now on. What is a child already belongs to somebody else.
  init() {
    clab_adopt_orphans(true)
    others = OwnProcess.children()
  }

  /// Ends every child that is neither known nor was there before.
  func end(butNot known: Set<pid_t>) {
    while true {
      let orphans = OwnProcess.children().subtracting(others).subtracting(known)
      if orphans.isEmpty { return }
      for orphan in orphans {
        kill(orphan, SIGKILL)
        waitpid(orphan, nil, 0)  // its own children become ours in turn
      }
    }
  }

  deinit { clab_adopt_orphans(false) }
}
