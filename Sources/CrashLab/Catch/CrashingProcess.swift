internal import CHarness
internal import CNaming
internal import CrashLabModel
internal import Glibc

/// A process that the kernel keeps while it writes its core dump: everything of it that a reader
/// without rights will need, opened by root. Nothing that the process could have written is looked
/// into here; it is kept as bytes.
///
/// All of it is opened below one descriptor of a folder of /proc, and the memory, the mappings and the page
/// tables are bound to the memory that the process had in that moment: another one under its number
/// would be another descriptor.
final class CrashingProcess {
  /// A file that was mapped.
  struct MappedFile {
    var low: UInt64
    var descriptor: CInt
  }

  let notice: CrashNotice
  private(set) var memory: CInt = -1
  private(set) var pagemap: CInt = -1
  private(set) var maps: [UInt8] = []
  private(set) var auxiliary: [UInt8] = []
  private(set) var limits: [UInt8] = []
  private(set) var commandLine: [UInt8] = []
  /// Each thread's comm, by its number.
  private(set) var names: [Int32: [UInt8]] = [:]
  /// Each thread's status, where the process has a pid namespace of its own.
  private(set) var statuses: [Int32: [UInt8]] = [:]
  private(set) var files: [MappedFile] = []
  /// Its paths are those of this process.
  private(set) var sharesFiles = false
  private let directory: ProcessDirectory

  private static let mostThreads = 20_000
  private static let mostFiles = 2_000
  private static let mostBytes = 64 << 10
  /// 65,530 mappings with long paths.
  private static let mostMapBytes = 16 << 20

  /// - Parameter stream: the dump comes from there.
  /// - Throws: SystemError if the process is not there any more: another may have its number.
  init(_ notice: CrashNotice, stream: CInt) throws(SystemError) {
    self.notice = notice
    let pidfd: CInt
    if let given = notice.pidfd {
      pidfd = given
    } else {
      pidfd = try system("pidfd_open") { clab_catch_pidfd(notice.process) }
    }
    // By the thread that crashes: the process's first may have ended, and has no memory then.
    directory = try ProcessDirectory(notice.thread)
    let root = directory.descriptor
    memory = try system("open", "mem") { openat(root, "mem", O_RDONLY | O_CLOEXEC) }
    pagemap = openat(root, "pagemap", O_RDONLY | O_CLOEXEC)
    maps = CrashingProcess.bytes("maps", in: root, atMost: CrashingProcess.mostMapBytes)
    auxiliary = CrashingProcess.bytes("auxv", in: root)
    limits = CrashingProcess.bytes("limits", in: root)
    commandLine = CrashingProcess.bytes("cmdline", in: root)
    sharesFiles =
      CrashingProcess.link("ns/mnt", in: root) == CrashingProcess.link("/proc/self/ns/mnt")
      && CrashingProcess.link("root", in: root) == "/"
    let isNumberedAlike =
      CrashingProcess.link("ns/pid", in: root) == CrashingProcess.link("/proc/self/ns/pid")
    for id in try directory.threadIdentifiers().prefix(CrashingProcess.mostThreads) {
      names[id] = CrashingProcess.bytes("task/\(id)/comm", in: root, atMost: 64)
      if !isNumberedAlike {
        statuses[id] = CrashingProcess.bytes("task/\(id)/status", in: root, atMost: 16 << 10)
      }
    }
    openFiles()
    let status = CrashingProcess.bytes("status", in: root)
    let isSame =
      CrashingProcess.isDumping(status) && !CrashingProcess.hasEnded(pidfd)
      && CrashingProcess.isWriting(stream)
    close(pidfd)
    guard isSame else { throw SystemError("open", "/proc/\(notice.process)", code: ESRCH) }
  }

  /// Every file that is mapped, by the kernel's own link to it, once.
  private func openFiles() {
    let root = directory.descriptor
    let folder = openat(root, "map_files", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0, let stream = fdopendir(folder) else { return }
    defer { closedir(stream) }
    var seen = Set<ImageFile.Identity>()
    while let entry = readdir(stream), files.count < CrashingProcess.mostFiles {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard let low = name.split(separator: "-").first.flatMap({ UInt64($0, radix: 16) }) else {
        continue
      }
      let descriptor = clab_naming_open("/proc/self/fd/\(root)/map_files/\(name)")
      guard descriptor >= 0 else { continue }
      var status = stat()
      fstat(descriptor, &status)
      let identity = ImageFile.Identity(
        device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: 0, modified: 0,
        changed: 0)
      if seen.insert(identity).inserted {
        files.append(MappedFile(low: low, descriptor: descriptor))
      } else {
        close(descriptor)
      }
    }
  }

  // MARK: - Whether it is the one

  /// The kernel writes the name of a process above this line with its line ends escaped.
  private static func isDumping(_ status: [UInt8]) -> Bool {
    String(decoding: status, as: UTF8.self).contains("\nCoreDumping:\t1\n")
  }

  private static func hasEnded(_ pidfd: CInt) -> Bool {
    var state = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
    return poll(&state, 1, 0) != 0
  }

  /// Whether the kernel still holds the other end.
  static func isWriting(_ stream: CInt) -> Bool {
    var state = pollfd(fd: stream, events: Int16(POLLIN), revents: 0)
    return poll(&state, 1, 0) >= 0 && Int32(state.revents) & (POLLHUP | POLLERR | POLLNVAL) == 0
  }

  // MARK: - Bytes

  private static func bytes(
    _ path: String, in directory: CInt, atMost limit: Int = mostBytes
  ) -> [UInt8] {
    let descriptor = openat(directory, path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let chunk = [UInt8](unsafeUninitializedCapacity: min(64 << 10, limit - bytes.count)) {
        $1 = max(0, read(descriptor, $0.baseAddress, $0.count))
      }
      if chunk.isEmpty { break }
      bytes += chunk
    }
    return bytes
  }

  private static func link(_ path: String, in directory: CInt = AT_FDCWD) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      let count = readlinkat(directory, path, buffer.baseAddress!, buffer.count)
      guard count > 0 else { return nil }
      return buffer.prefix(count).withMemoryRebound(to: UInt8.self) {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }
}
