internal import CHarness
internal import Glibc

/// Whether a process's threads may be killed by a seccomp filter: nothing tells of that but the end of
/// the thread, and to see the end of thousands that none may kill costs too much.
struct FilterWatch {
  /// A filter stays.
  private var isFiltered = false
  private var lastLook: UInt64 = 0
  /// Nanoseconds between two looks, each of which takes some tens of microseconds.
  private static let pause: UInt64 = 10_000_000

  /// - Parameter thread: has just begun, with the filters of the one that made it.
  mutating func isFiltered(_ thread: Int32, in process: pid_t, by masks: SignalMasksFile) -> Bool {
    let now = clab_now()
    if isFiltered || now - lastLook < FilterWatch.pause { return isFiltered }
    lastLook = now
    isFiltered = ((try? masks.read(of: thread, in: process)) ?? nil)?.isFiltered ?? false
    return isFiltered
  }
}
