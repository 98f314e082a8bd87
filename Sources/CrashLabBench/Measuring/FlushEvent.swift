internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// The kernel's tracepoint tlb:tlb_flush, which tells of each load of a page table and each flush of
/// the TLB.
package enum FlushEvent {
  package enum State: String, Sendable, Codable, CaseIterable {
    case countable
    case notMounted = "not-mounted"
    case notPermitted = "not-permitted"
    /// This kernel has no such tracepoint, or does not count it.
    case notSupported = "not-supported"

    /// Why flushes are not counted, and what to do; nil if they can be.
    package var shortfall: String? {
      let start = "flushes are not counted (tlb:tlb_flush): "
      return switch self {
      case .countable: nil
      case .notMounted:
        start + "tracefs is not mounted; mount -t tracefs nodev /sys/kernel/tracing"
      case .notPermitted: start + "it needs root (CAP_PERFMON, and to read tracefs)"
      case .notSupported: start + "this kernel has no such tracepoint"
      }
    }
  }

  /// Nothing is mounted for it.
  ///
  /// - Returns: the tracepoint's number, where it can be counted.
  static func find() -> (state: State, number: UInt32?) {
    var error = ENOENT
    for root in ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"] {
      let path = "\(root)/events/tlb/tlb_flush/id"
      let number = readSmallFile(path)?.split(whereSeparator: \.isWhitespace).first
        .flatMap { UInt32($0) }
      if let number, number > 0 {
        let code = clab_flushes_check(number)
        return code == 0 ? (.countable, number) : (state(code, hasEvents: true), nil)
      }
      if access(path, R_OK) != 0, errno != ENOENT { error = errno }
    }
    return (
      state(error, hasEvents: access("/sys/kernel/tracing/events", F_OK) == 0), nil
    )
  }

  /// - Parameter hasEvents: tracefs is mounted.
  private static func state(_ error: CInt, hasEvents: Bool) -> State {
    if error == EPERM || error == EACCES { return .notPermitted }
    let isKnown = readSmallFile("/proc/filesystems")?.contains("tracefs") ?? false
    return isKnown && !hasEvents ? .notMounted : .notSupported
  }
}
