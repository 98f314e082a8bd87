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

  /// Its beats when it was asked for another.
  struct Question { fileprivate var beats: [UInt64] }

  func ask() -> Question {
    let question = Question(beats: board.beats())
    board.ring()
    return question
  }

  /// Whether it has beaten since.
  func hasAnswered(_ question: Question) -> Bool {
    ControlProcess.isBeating(from: question.beats, to: board.beats())
  }

  /// Whether counters that were read twice say that it lives.
  static func isBeating(from before: [UInt64], to now: [UInt64]) -> Bool {
    !before.isEmpty && now.count == before.count && zip(before, now).allSatisfy(<)
  }

  func stop() {
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0 && errno == EINTR {}
  }
}
