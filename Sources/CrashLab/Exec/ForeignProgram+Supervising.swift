internal import CHarness
package import CrashLabModel
internal import Glibc

extension ForeignProgram {
  /// What a program that was run beside its observer came to.
  package struct SupervisedEnd: Sendable {
    /// Of the program, as a shell tells it; nil if it was never executed.
    package var exitStatus: Int32?
    /// How the observer ended: it has told what there was to tell, unless a signal ended it.
    package var observer: Termination
  }

  /// Goes on in two processes: the observer, which is to run the program, and this one, which is the
  /// program's parent and waits for both. Whatever happens to the observer, the program goes on, and
  /// its end is known.
  ///
  /// The observer waits for any child, and has none that an earlier program has left.
  ///
  /// - Returns: nil in the observer. In this process both have ended.
  /// - Throws: SystemError if they can't be started; TrialFailure if there is another thread.
  package func supervise() throws -> SupervisedEnd? {
    try OwnProcess.mustBeSingleThreaded()
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in vector { free(argument) } }
    var started = clab_supervised()
    let error = clab_observer_start_beside(&vector, &started)
    if error == 0 && started.observer == 0 {
      // The program gets them through its parent.
      for number in [SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
      // A crash of this process is told by its parent.
      for number in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS] {
        signal(number, SIG_DFL)
      }
      return nil
    }
    let quiet = [SIGINT, SIGQUIT].map { ($0, signal($0, SIG_IGN)) }
    defer {
      clab_observer_pass_on(0)
      for (number, before) in quiet { signal(number, before) }
    }
    let program = started.program > 0 ? try waited(started.program) : nil
    let observer = started.observer > 0 ? try waited(started.observer) : nil
    if error != 0 { throw SystemError("fork", "to run a program", code: error) }
    guard let program, let observer else {
      throw SystemError("wait", "to run a program", code: ECHILD, for: .seeEnd)
    }
    return SupervisedEnd(
      exitStatus: clab_observer_program_was_executed() ? program.shellStatus : nil,
      observer: observer)
  }

  private func waited(_ process: pid_t) throws(SystemError) -> Termination {
    var status: Int32 = 0
    try system("waitpid", "to run a program", for: .seeEnd) { waitpid(process, &status, 0) }
    return Termination(waitStatus: status)
  }

  /// From now on a crash of this process is told in words, with an exit status that is no program's.
  package static func tellOwnCrash() { clab_observer_tell_own_crash() }
}

extension Termination {
  /// The exit status, or 128 and the signal's number.
  var shellStatus: Int32 { exitStatus ?? 128 + (signal?.number ?? 0) }
}
