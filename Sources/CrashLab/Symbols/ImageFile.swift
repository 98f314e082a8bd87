internal import CHarness
internal import CNaming
internal import Glibc

/// A file whose code a process had mapped, held open: it is read although the process has ended, the
/// file is deleted or another has taken its path.
final class ImageFile {
  /// Which file it is, and in what state: the same for every process that maps it.
  struct Identity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    var modified: Int64
    var changed: Int64
  }

  let descriptor: CInt
  let identity: Identity

  /// Takes the descriptor. Nil if it is of no regular file.
  init?(descriptor: CInt) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    func nanoseconds(_ time: timespec) -> Int64 {
      Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
    identity = Identity(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim))
  }

  /// The same file by a descriptor of its own. Nil if there is no other to be had.
  convenience init?(duplicating descriptor: CInt) {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { return nil }
    self.init(descriptor: copy)
  }

  /// Nil if there is no regular file of that path.
  convenience init?(path: String) {
    let descriptor = clab_naming_open(path)
    guard descriptor >= 0 else { return nil }
    self.init(descriptor: descriptor)
  }

  deinit { close(descriptor) }

  /// Bytes of the file; returns how many there were.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let start = off_t(exactly: offset), let memory = buffer.baseAddress else { return 0 }
    return max(0, pread(descriptor, memory, buffer.count, start))
  }
}
