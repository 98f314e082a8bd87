/// What was seen of one thread from outside, without stopping it.
public struct ThreadSight: Sendable, Equatable {
  public var id: Int32
  public var name: String
  /// Nil where it could not be read: it ran, or ended, in that moment.
  public var stackPointer: Address?

  public init(id: Int32, name: String, stackPointer: Address?) {
    self.id = id
    self.name = name
    self.stackPointer = stackPointer
  }

  /// The stack pointer in the text of /proc/PID/task/TID/syscall (fs/proc/base.c,
  /// proc_pid_syscall): the last field but one. A running thread's text is `running`.
  static func stackPointer(inSyscall text: UnsafeBufferPointer<UInt8>) -> Address? {
    let fields = text.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    guard fields.count >= 3,
      let start = UnsafeBufferPointer(rebasing: fields[fields.count - 2]).baseAddress
    else { return nil }
    var scanner = LineScanner(start, start + fields[fields.count - 2].count)
    guard scanner.skip("0"), scanner.skip("x"), let value = scanner.hexadecimal(), value > 0
    else { return nil }
    return Address(value)
  }
}
