internal import CHarness
internal import CrashLabModel
internal import Glibc

extension ForeignProgram {
  /// Who runs a program waits for any child, and must have no other: where this process has children
  /// already, left by the program that it was before, it goes on in a process of its own.
  ///
  /// - Returns: nil in the process that is to run the program. Otherwise that one has ended: its exit
  ///   status.
  /// - Throws: SystemError if there can't be such a process, or if it was killed.
  public static func standApart() throws(SystemError) -> Int32? {
    if OwnProcess.children().isEmpty { return nil }
    let process = clab_observer_stand_apart()
    if process < 0 { throw SystemError("fork", "to run a program") }
    if process == 0 { return nil }
    clab_observer_pass_on(process)
    let quiet = [SIGINT, SIGQUIT].map { ($0, signal($0, SIG_IGN)) }
    defer {
      clab_observer_pass_on(0)
      for (number, before) in quiet { signal(number, before) }
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { throw SystemError("waitpid", "to run a program") }
    }
    let termination = Termination(waitStatus: status)
    guard let exitStatus = termination.exitStatus else {
      throw SystemError("wait", "the observer was ended", code: ECHILD, for: .seeEnd)
    }
    return exitStatus
  }
}
