internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Processes that were let go a moment before their end, so that whoever has started them sees it as
/// without an observer, and at once: the end of a traced process is its observer's first.
struct DepartedProcesses {
  private struct Departed {
    var descriptor: CInt
    /// As waitpid will tell it; nil as long as nothing has told it.
    var status: Int32?
    /// Whether all its threads end for the reason that `status` gives.
    var isOfGroup = false
  }

  private var departed: [pid_t: Departed] = [:]

  var isEmpty: Bool { departed.isEmpty }

  /// One of its threads is about to end; it must still stand, so that the number is the process's.
  ///
  /// - Parameter endsProcess: by exit_group(2).
  mutating func leave(_ process: pid_t, thread: Int32, status: Int32, endsProcess: Bool) {
    var one =
      departed[process]
      ?? Departed(descriptor: clab_observer_pidfd(process))
    // A signal ends the whole process; a thread's own end tells only if it is the first thread's.
    if endsProcess || status & 0x7f != 0 {
      if !one.isOfGroup { (one.status, one.isOfGroup) = (status, true) }
    } else if thread == process, !one.isOfGroup {
      one.status = status
    }
    departed[process] = one
  }

  /// It has become another program: those of its threads that left do not end it.
  mutating func returned(_ process: pid_t) {
    if let one = departed.removeValue(forKey: process) { close(one.descriptor) }
  }

  /// One that has ended, and how.
  ///
  /// - Parameter wait: waits for one. Otherwise nil if all of them are still about to end.
  mutating func nextEnd(wait: Bool) -> (pid_t, Termination)? {
    while !departed.isEmpty {
      let processes = Array(departed.keys)
      var looked = processes.map {
        pollfd(fd: departed[$0]?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
      }
      let ready = poll(&looked, nfds_t(looked.count), wait ? -1 : 0)
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0, let index = looked.firstIndex(where: { $0.revents != 0 }) else { return nil }
      let process = processes[index]
      let status = departed[process]?.status
      returned(process)
      if let status { return (process, Termination(waitStatus: status)) }
    }
    return nil
  }
}
