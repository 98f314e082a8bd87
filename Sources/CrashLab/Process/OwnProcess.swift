internal import CrashLabModel
internal import Glibc

/// What this process itself has, that forks or waits.
enum OwnProcess {
  /// Its children; none where /proc does not tell (CONFIG_PROC_CHILDREN).
  static func children() -> Set<pid_t> {
    let process = getpid()
    let text = readSmallFile("/proc/self/task/\(process)/children") ?? ""
    return Set(text.split(separator: " ").compactMap { pid_t($0) })
  }

  /// - Throws: TrialFailure if there is a second thread.
  static func mustBeSingleThreaded() throws {
    let threads = try ProcessDirectory(getpid()).threadIdentifiers().count
    if threads > 1 { throw TrialFailure(.otherThreads(threads - 1)) }
  }

  /// - Throws: TrialFailure if there is one.
  static func mustHaveNoChildren() throws {
    let children = children().count
    if children > 0 { throw TrialFailure(.otherChildren(children)) }
  }
}
