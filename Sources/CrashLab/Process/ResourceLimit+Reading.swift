internal import CrashLabModel
internal import Glibc

extension StackSizeSource.ResourceLimit {
  /// RLIMIT_STACK's soft limit of a process as it is now.
  init(of process: pid_t) {
    let text = readSmallFile("/proc/\(process)/limits") ?? ""
    if let bytes = MainStackLimits.soft(inLimits: text) {
      self = .soft(bytes)
    } else {
      self = text.contains("\nMax stack size             unlimited") ? .unlimited : .unknown
    }
  }
}
