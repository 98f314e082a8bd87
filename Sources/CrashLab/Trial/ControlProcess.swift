internal import CHarness
internal import Glibc

/// A sibling of every trial that only beats: while it goes on, no death has left its process.
final class ControlProcess {
  private let board: Board
  private let process: pid_t
  private let pidfd: CInt

  init() throws(SystemError) {
    board = try Board()
    var pidfd: CInt = -1
    let memory = board.memory
    process = try system("fork", "the control process") { clab_fork_control(memory, &pidfd) }
    self.pidfd = pidfd
  }

  /// Asks for a beat and waits for it.
  ///
  /// - Parameter patience: seconds; a busy machine may need some.
  func isBeating(patience: Double = 2) -> Bool {
    let before = board.beats()
    board.ring()
    return waitUntil(patience: patience) { zip(before, board.beats()).allSatisfy(<) }
  }

  /// Ends this process group if the laboratory should be gone before `forget`.
  func watch(_ group: pid_t) { clab_control_watch(board.memory, group) }

  func forget(_ group: pid_t) { clab_control_forget(board.memory, group) }

  func stop() {
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0 && errno == EINTR {}
    if pidfd >= 0 { close(pidfd) }
  }
}

/// Waits for a condition that another process is about to make true: at first by giving up the
/// processor, then by short sleeps.
///
/// - Returns: whether it came true within `patience` seconds.
func waitUntil(patience: Double, _ condition: () -> Bool) -> Bool {
  let deadline = clab_now() + UInt64(patience * 1e9)
  var turns = 0
  while !condition() {
    if clab_now() > deadline { return false }
    turns += 1
    if turns < 50 { sched_yield() } else { usleep(200) }
  }
  return true
}
