internal import CrashLabModel
internal import Glibc

/// The first process of a pid namespace: no signal whose action is the default ends it, but that of
/// a fault; and under trace not even that (kernel/signal.c, force_sig_info_to_task).
struct NamespaceInit {
  private var known: [pid_t: Bool] = [:]

  /// Whether its process can die of this fault only untraced. The faulting instruction will be
  /// executed again, so a trap is none of them.
  mutating func diesOnlyUntraced(of evidence: Evidence) -> Bool {
    guard evidence.isFault, evidence.signal != .trap, isInit(evidence.process) else { return false }
    let masks = try? SignalMasks(of: evidence.thread, in: evidence.process)
    return masks?.catches(evidence.signal) == false
  }

  private mutating func isInit(_ process: pid_t) -> Bool {
    if let known = known[process] { return known }
    let status = readSmallFile("/proc/\(process)/status") ?? ""
    let isInit = NamespaceInit.isInit(status: status)
    known[process] = isInit
    return isInit
  }

  mutating func ended(_ process: pid_t) { known[process] = nil }

  /// NSpid in the text of /proc/PID/status: its number in each namespace, the innermost last.
  static func isInit(status: String) -> Bool {
    let line = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
    return line?.split(separator: "\t").last == "1"
  }
}
