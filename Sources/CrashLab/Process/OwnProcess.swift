internal import CHarness
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

  /// Whether it was forked and has executed no program since; true where /proc does not tell.
  ///
  /// The Swift runtime's locks keep the first thread's number of before the fork, and the kernel
  /// refuses it (futex(2), FUTEX_UNLOCK_PI: EPERM): where two threads meet at such a lock, both try
  /// for ever. A fork has no second thread that runs Swift.
  static var isFork: Bool {
    isFork(stat: readSmallFile("/proc/self/stat") ?? "")
  }

  /// PF_FORKNOEXEC (linux/sched.h) of the flags, the ninth field of proc(5), /proc/PID/stat.
  static func isFork(stat: String) -> Bool {
    let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    guard fields.count > 7, let flags = UInt64(fields[7]) else { return true }
    return flags & 0x40 != 0
  }

  /// - Throws: SystemError if /proc is not there, or if a sandbox forbids to read memory.
  static func mustSeeOthers() throws(SystemError) {
    guard readSmallBytes("/proc/self/stat")?.isEmpty == false else {
      throw SystemError("read", "/proc/self/stat", for: .readProc)
    }
    let error = clab_try_read()
    if error != 0 { throw SystemError("process_vm_readv", "for the laboratory", code: error) }
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
