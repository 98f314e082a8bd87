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
    var status = status
    guard let masks = status.withUTF8(SignalMasks.init(status:)) else { return nil }
    self = masks
  }

  /// In one pass, without allocating: it is read at every fault that a program deals with.
  init?(status: UnsafeBufferPointer<UInt8>) {
    guard var next = status.baseAddress else { return nil }
    let end = next + status.count
    var caught: UInt64?
    var ignored: UInt64?
    var blocked: UInt64?
    var filters: UInt64 = 0
    while next < end {
      let line = next
      next =
        memchr(next, CInt(UInt8(ascii: "\n")), end - next)
        .map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? end
      if line.pointee == UInt8(ascii: "S") {
        var line = LineScanner(line, next)
        blocked = line.mask(named: "SigBlk:") ?? blocked
        ignored = line.mask(named: "SigIgn:") ?? ignored
        caught = line.mask(named: "SigCgt:") ?? caught
        filters = line.mask(named: "Seccomp:") ?? filters
      }
      next += 1
    }
    guard let caught, let ignored, let blocked else { return nil }
    self.caught = caught
    self.ignored = ignored
    self.blocked = blocked
    isFiltered = filters != 0
  }

  func catches(_ signal: Signal) -> Bool { caught >> UInt64(signal.number - 1) & 1 == 1 }
  func ignores(_ signal: Signal) -> Bool { ignored >> UInt64(signal.number - 1) & 1 == 1 }
}

extension LineScanner {
  /// Nil if the line is not of this name, or has no hexadecimal number.
  fileprivate mutating func mask(named name: StaticString) -> UInt64? {
    guard skip(text: name) else { return nil }
    _ = skip("\t")
    return hexadecimal()
  }
}
