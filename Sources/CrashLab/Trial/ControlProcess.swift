internal import CHarness
internal import CrashLabModel
internal import Glibc

/// A sibling of every trial that only beats: while it goes on, no death has left its process.
final class ControlProcess {
  private let board: Board
  private(set) var process: pid_t

  init() throws(SystemError) {
    board = try Board()
    process = try ControlProcess.fork(board)
  }

  private static func fork(_ board: Board) throws(SystemError) -> pid_t {
    try system("fork", "for the control process") { clab_fork_control(board.memory) }
  }

  /// Looks whether somebody has stopped or ended it, and makes it go on, or makes another.
  ///
  /// - Returns: what was done to it; nil if nothing was.
  func mend() -> InstrumentError? {
    var status: CInt = 0
    guard waitpid(process, &status, WNOHANG | WUNTRACED) == process else { return nil }
    if status & 0xff == 0x7f {
      kill(process, SIGCONT)
      return .controlStopped(by: Signal(status >> 8 & 0xff))
    }
    // Without one every later trial says so too.
    if let another = try? ControlProcess.fork(board) { process = another }
    return .controlEnded(by: Signal(status & 0x7f))
  }

  /// Asks for a beat and waits for it.
  ///
  /// - Parameter patience: seconds; a busy machine may need some.
  func isBeating(patience: Double = 2) -> Bool {
    let before = board.beats()
    board.ring()
    return waitUntil(patience: patience) { zip(before, board.beats()).allSatisfy(<) }
  }

  func stop() {
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0 && errno == EINTR {}
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
