internal import CrashLabModel
internal import Glibc

/// What a thread does with signals, from /proc/PID/task/TID/status (proc(5)).
struct SignalMasks: Equatable {
  var caught: UInt64
  var ignored: UInt64
  var blocked: UInt64
  /// System calls may be forbidden (seccomp(2)).
  var isFiltered: Bool

  /// Nil if the thread is gone.
  init?(of thread: Int32, in process: pid_t) throws(SystemError) {
    let status = try readFileIfThere("/proc/\(process)/task/\(thread)/status")
    guard let text = status else { return nil }
    self.init(status: text)
  }

  init?(status: String) {
    var masks: [Substring: UInt64] = [:]
    for line in status.split(separator: "\n") {
      guard line.hasPrefix("Sig"), let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " }
      masks[line[..<colon]] = UInt64(value, radix: 16)
    }
    guard let caught = masks["SigCgt"], let ignored = masks["SigIgn"],
      let blocked = masks["SigBlk"]
    else { return nil }
    self.caught = caught
    self.ignored = ignored
    self.blocked = blocked
    isFiltered = status.split(separator: "\n").contains {
      $0.hasPrefix("Seccomp:") && !$0.hasSuffix("\t0")
    }
  }

  func catches(_ signal: Signal) -> Bool { caught >> UInt64(signal.number - 1) & 1 == 1 }
  func ignores(_ signal: Signal) -> Bool { ignored >> UInt64(signal.number - 1) & 1 == 1 }
}
