internal import CHarness
internal import CrashLabModel
internal import Glibc

extension StackSizeSource.ResourceLimit {
  /// RLIMIT_STACK's soft limit of a process as it is now.
  init(of process: pid_t) {
    var bytes: UInt64 = 0
    // One call; /proc tells where it is refused (other users' processes, seccomp).
    guard clab_stack_limit_of(process, &bytes) == 0 else {
      self.init(inLimits: readSmallFile("/proc/\(process)/limits") ?? "")
      return
    }
    self = bytes == .max ? .unlimited : .soft(bytes)
  }

  /// The same in the text of /proc/PID/limits.
  init(inLimits text: String) {
    if let bytes = MainStackLimits.soft(inLimits: text) {
      self = .soft(bytes)
    } else {
      self = text.contains("\nMax stack size             unlimited") ? .unlimited : .unknown
    }
  }
}
