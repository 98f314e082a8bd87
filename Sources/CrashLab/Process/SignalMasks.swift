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

  /// In one pass over the bytes: it is read at every fault that a program deals with.
  init?(status: String) {
    var status = status
    let fields = status.withUTF8 { bytes in
      var fields = Fields()
      for line in bytes.split(separator: UInt8(ascii: "\n")) where line.first == UInt8(ascii: "S") {
        fields.read(line)
      }
      return fields
    }
    guard let caught = fields.caught, let ignored = fields.ignored, let blocked = fields.blocked
    else { return nil }
    self.caught = caught
    self.ignored = ignored
    self.blocked = blocked
    isFiltered = (fields.filters ?? 0) != 0
  }

  private struct Fields {
    var caught: UInt64?
    var ignored: UInt64?
    var blocked: UInt64?
    var filters: UInt64?

    mutating func read(_ line: Slice<UnsafeBufferPointer<UInt8>>) {
      if let value = Fields.value(of: "SigBlk:", in: line) { blocked = value }
      if let value = Fields.value(of: "SigIgn:", in: line) { ignored = value }
      if let value = Fields.value(of: "SigCgt:", in: line) { caught = value }
      if let value = Fields.value(of: "Seccomp:", in: line) { filters = value }
    }

    /// Nil if the line is not of this name, or is no number.
    private static func value(
      of name: StaticString, in line: Slice<UnsafeBufferPointer<UInt8>>
    ) -> UInt64? {
      let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
      guard line.starts(with: name) else { return nil }
      let digits = line.dropFirst(name.count).drop {
        $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ")
      }
      return UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
    }
  }

  func catches(_ signal: Signal) -> Bool { caught >> UInt64(signal.number - 1) & 1 == 1 }
  func ignores(_ signal: Signal) -> Bool { ignored >> UInt64(signal.number - 1) & 1 == 1 }
}
