internal import CHarness
internal import CrashLabModel
internal import Glibc

/// The dump itself, packed into a file on its way: what the kernel writes goes to a compressor, and to the
/// reader as long as it wants to have it.
///
/// The compressor has the rights of the reader, and a limit on what it writes.
final class DumpPacking {
  /// Where the reader gets the dump's head from.
  let head: CInt
  private let stream: CInt
  private let toReader: CInt
  private let toPacker: CInt
  private let packer: pid_t
  private let file: CInt
  private let name: String
  private let directory: CInt
  private let notice: CrashNotice
  private var pump: pid_t = -1

  /// For the whole dump, nanoseconds.
  private static let mostTime: UInt64 = 600_000_000_000
  static let program = "zstd"

  init(
    _ stream: CInt, _ notice: CrashNotice, _ limits: CatchSettings.Limits, in directory: CInt
  ) throws(SystemError) {
    var reading: [CInt] = [-1, -1]
    var packing: [CInt] = [-1, -1]
    try system("pipe") { clab_catch_pipe(&reading) }
    try system("pipe") { clab_catch_pipe(&packing) }
    (name, file) = try CaughtReports.create(
      of: notice, in: directory, ending: CaughtReports.dumpEnding)
    (head, toReader, toPacker) = (reading[0], reading[1], packing[1])
    self.stream = stream
    self.directory = directory
    self.notice = notice
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1)
    let user = notice.readingUser
    packer = clab_catch_pack(
      DumpPacking.program, packing[0], file, UInt64(limits.dumpBytes), user.user, user.group)
    close(packing[0])
    for descriptor in [toReader, toPacker] {
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }
  }

  /// Passes on what comes in a process of its own, from here on.
  func start() {
    pump = clab_catch_fork()
    if pump == 0 {
      close(head)
      _exit(run(until: clab_now() + DumpPacking.mostTime) ? 0 : 1)
    }
    for descriptor in [head, toReader, toPacker] { close(descriptor) }
  }

  /// Until the stream's end, or until nobody wants it. It stays open as long as the reader may need the
  /// process.
  ///
  /// - Returns: whether the compressor got all of it.
  private func run(until deadline: UInt64) -> Bool {
    signal(SIGPIPE, SIG_IGN)
    var reader: CInt? = toReader
    var packer: CInt? = toPacker
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var isEnded = false
    while !isEnded, reader != nil || packer != nil {
      let count = buffer.withUnsafeMutableBytes { read(stream, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      isEnded = count <= 0
      if isEnded { break }
      if let descriptor = reader, !pass(buffer[..<count], to: descriptor, until: deadline) {
        close(descriptor)
        reader = nil
      }
      if let descriptor = packer, !pass(buffer[..<count], to: descriptor, until: deadline) {
        close(descriptor)
        packer = nil
      }
    }
    let isWhole = isEnded && packer != nil
    if let packer { close(packer) }
    // The reader closes its end when it needs the process no more.
    if let reader {
      var waiting = pollfd(fd: reader, events: 0, revents: 0)
      while clab_now() < deadline, poll(&waiting, 1, 100) == 0 {}
    }
    return isWhole
  }

  /// - Returns: whether the other end took everything.
  private func pass(
    _ bytes: ArraySlice<UInt8>, to descriptor: CInt, until deadline: UInt64
  ) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        let now = clab_now()
        guard now < deadline else { return false }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, CInt(clamping: (deadline - now) / 1_000_000 + 1))
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  /// Waits for the compressor, and gives the file its name if it is whole.
  ///
  /// - Parameter name: of the report; nil: there is none, and no dump is kept.
  func finish(as report: String?) {
    if report == nil {
      for process in [pump, packer] where process > 0 { kill(process, SIGKILL) }
    }
    let isWhole = [pump, packer].map { DumpPacking.succeeded($0) } == [true, true]
    let begun = ".\(name)\(CaughtReports.dumpEnding)"
    if let report, isWhole {
      if let reader = notice.reader { fchown(file, reader.user, reader.group) }
      renameat(directory, begun, directory, report + CaughtReports.dumpEnding)
    } else {
      unlinkat(directory, begun, 0)
    }
    close(file)
  }

  /// Waits for a process.
  private static func succeeded(_ process: pid_t) -> Bool {
    var status: CInt = 0
    var got: pid_t
    repeat { got = waitpid(process, &status, 0) } while got < 0 && errno == EINTR
    return got > 0 && status == 0
  }
}
