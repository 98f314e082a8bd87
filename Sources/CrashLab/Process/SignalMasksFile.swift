internal import CrashLabModel
internal import Glibc

/// Reads the signal masks of threads, each again and again: a program may deal with thousands of
/// faults. The file of the thread that was asked for last stays open.
final class SignalMasksFile {
  private var thread: Int32 = 0
  private var descriptor: CInt = -1
  /// The kernel writes about 1.5 KiB, more where a machine has hundreds of processors.
  private var text = [UInt8](repeating: 0, count: 16 << 10)

  deinit { forget() }

  /// Nil if the thread is gone.
  func read(of thread: Int32, in process: pid_t) throws(SystemError) -> SignalMasks? {
    // A number that was given to another thread since makes the open file unreadable: ESRCH.
    if thread == self.thread, let masks = readAgain() { return masks }
    forget()
    let path = "/proc/\(process)/task/\(thread)/status"
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let error = SystemError("open", path)
      if error.isResourceExhaustion { throw error }
      return nil
    }
    self.thread = thread
    if let masks = readAgain() { return masks }
    forget()
    return try SignalMasks(of: thread, in: process)
  }

  /// Nil if it can't be read to its end at once.
  private func readAgain() -> SignalMasks? {
    let count = pread(descriptor, &text, text.count, 0)
    guard (1..<text.count).contains(count) else { return nil }
    return text.withUnsafeBufferPointer { SignalMasks(status: .init(rebasing: $0[..<count])) }
  }

  private func forget() {
    if descriptor >= 0 { close(descriptor) }
    (thread, descriptor) = (0, -1)
  }
}
