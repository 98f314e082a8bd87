internal import CrashLabModel
internal import Glibc

extension StackSizeSource.ResourceLimit {
  /// RLIMIT_STACK's soft limit of a process as it is now.
  init(of process: pid_t) {
    self.init(inLimits: readSmallFile("/proc/\(process)/limits") ?? "")
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
