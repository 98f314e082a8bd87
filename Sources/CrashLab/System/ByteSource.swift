internal import CrashLabModel
internal import Glibc

/// Bytes that are read piece by piece: a file may be larger than memory, and nobody vouches for it.
package protocol ByteSource: AnyObject {
  /// In bytes.
  var size: UInt64 { get }
  /// Reads into the buffer from an offset on; returns how many bytes there were.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int
}

extension ByteSource {
  /// Exactly so many bytes; nil if they are not all there.
  ///
  /// - Parameter count: what a caller has bounded; not what a file says.
  package func bytes(at offset: UInt64, count: Int) -> [UInt8]? {
    guard offset <= size, UInt64(count) <= size - offset else { return nil }
    var whole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
      whole = filled == count
    }
    return whole ? bytes : nil
  }
}

/// A regular file. It is read, not mapped: one that shrinks meanwhile ends early, and kills nobody.
package final class FileSource: ByteSource {
  package let path: String
  package let size: UInt64
  package let descriptor: CInt

  package convenience init(_ path: String) throws(SystemError) {
    // Without O_NONBLOCK a pipe would be waited for.
    let descriptor = try system("open", path) {
      open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    }
    try self.init(descriptor: descriptor, path: path)
  }

  /// Takes the descriptor.
  package init(descriptor: CInt, path: String) throws(SystemError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw SystemError("read", path, code: EINVAL, for: .readRegularFile)
    }
    self.path = path
    self.descriptor = descriptor
    size = UInt64(max(0, status.st_size))
  }

  deinit { close(descriptor) }

  package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    readAll(of: descriptor, at: offset, into: buffer)
  }
}

/// Reads from this offset on until the buffer is full, or nothing more comes; returns how many bytes.
package func readAll(
  of descriptor: CInt, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
) -> Int {
  var done = 0
  while done < buffer.count {
    let (place, overflow) = offset.addingReportingOverflow(UInt64(done))
    guard !overflow, let start = off_t(exactly: place) else { break }
    let got = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, start)
    if got < 0, errno == EINTR { continue }
    guard got > 0 else { break }
    done += got
  }
  return done
}

/// Bytes that are in memory already.
package final class MemorySource: ByteSource {
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package var size: UInt64 { UInt64(bytes.count) }

  package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let start = Int(exactly: offset), start <= bytes.count else { return 0 }
    let part = bytes[start...].prefix(buffer.count)
    buffer.copyBytes(from: part)
    return part.count
  }
}
