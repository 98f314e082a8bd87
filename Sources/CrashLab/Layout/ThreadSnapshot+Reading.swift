internal import CHarness
package import CrashLabModel
internal import Glibc

extension ProcessDirectory {
  /// Every thread with its name and its stack pointer; one that ends during the look is left out.
  ///
  /// Two files a thread are most of a look's time: many are read on all processors.
  func sights(process: pid_t) throws(SystemError) -> [ThreadSnapshot] {
    let identifiers = try threadIdentifiers()
    let tasks = try system("open", "task of process \(process) in /proc") {
      openat(descriptor, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    defer { close(tasks) }
    let files = ThreadFiles(descriptor: tasks)
    let sights = onAllProcessors(identifiers.count) { index in
      Result { () throws(SystemError) in try files.sight(identifiers[index]) }
    }
    // Few threads run at a time, however many there are; those alone are stopped for a moment.
    var peeks = 64
    var threads: [ThreadSnapshot] = []
    threads.reserveCapacity(sights.count)
    for sight in sights {
      guard var sight = try sight.seen(of: process) else { continue }
      if sight.stackPointer == nil, peeks > 0 {
        peeks -= 1
        var pointer: UInt64 = 0
        if clab_peek_stack_pointer(sight.id, &pointer) == 0 {
          sight.stackPointer = Address(pointer)
        }
      }
      threads.append(sight)
    }
    return threads
  }
}

extension Result<ThreadSnapshot?, SystemError> {
  fileprivate func seen(of process: pid_t) throws(SystemError) -> ThreadSnapshot? {
    do throws(SystemError) { return try get() } catch {
      throw SystemError.noLook(at: process, "read", code: error.code)
    }
  }
}

/// The files of the threads in /proc/PID/task.
private struct ThreadFiles {
  /// Of that folder.
  let descriptor: CInt

  /// Nil if the thread has ended.
  func sight(_ id: Int32) throws(SystemError) -> ThreadSnapshot? {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1024)
    defer { bytes.deallocate() }
    return try sight(id, bytes)
  }

  private func sight(
    _ id: Int32, _ buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws(SystemError) -> ThreadSnapshot? {
    guard let syscall = try read("syscall", of: id, into: buffer) else { return nil }
    let pointer = ThreadSnapshot.stackPointer(inSyscall: syscall)
    guard let comm = try read("comm", of: id, into: buffer) else { return nil }
    let name = comm.last == UInt8(ascii: "\n") ? comm.dropLast() : comm[...]
    return ThreadSnapshot(
      id: id, name: String(decoding: name, as: UTF8.self), stackPointer: pointer)
  }

  /// Nil if the thread has ended; an error if the kernel does not let us look.
  private func read(
    _ file: StaticString, of id: Int32, into buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws(SystemError) -> UnsafeBufferPointer<UInt8>? {
    let file = withPath(id, file) { openat(descriptor, $0, O_RDONLY | O_CLOEXEC) }
    let count = file < 0 ? -1 : Glibc.read(file, buffer.baseAddress, buffer.count)
    let code = errno
    if file >= 0 { close(file) }
    if count >= 0 { return UnsafeBufferPointer(rebasing: buffer.prefix(count)) }
    if code == ENOENT || code == ESRCH { return nil }
    throw SystemError("read", code: code)
  }

  /// `ID/FILE`, without a String for each.
  private func withPath(
    _ id: Int32, _ file: StaticString, _ body: (UnsafePointer<CChar>) -> CInt
  ) -> CInt {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { path in
      var digits = 1
      var rest = id
      while rest >= 10 {
        rest /= 10
        digits += 1
      }
      rest = id
      for index in (0..<digits).reversed() {
        path[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      path[digits] = UInt8(ascii: "/")
      for index in 0..<file.utf8CodeUnitCount { path[digits + 1 + index] = file.utf8Start[index] }
      path[digits + 1 + file.utf8CodeUnitCount] = 0
      return path.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
    }
  }
}

extension SystemError {
  /// The error of a look at a process that is not there, or that we may not look at.
  static func noLook(at process: pid_t, _ call: String, code: CInt? = nil) -> SystemError {
    SystemError(call, "process \(process)", code: code ?? errno, for: .lookAtProcess)
  }
}

extension ThreadSnapshot {
  /// The stack pointer in the text of /proc/PID/task/TID/syscall (fs/proc/base.c,
  /// proc_pid_syscall): the last field but one. A running thread's text is `running`.
  package static func stackPointer(inSyscall text: UnsafeBufferPointer<UInt8>) -> Address? {
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
