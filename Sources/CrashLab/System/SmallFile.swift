internal import CrashLabModel
internal import Glibc

/// Reads a whole small file, such as those of /proc. Nil if it can't be read.
package func readSmallBytes(_ path: String, in directory: CInt = AT_FDCWD) -> [UInt8]? {
  let descriptor = openat(directory, path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  while true {
    // Most are smaller by far. The memory of a laboratory that forks is dear: each page that is
    // written to after a fork is copied.
    let room = min(max(8 << 10, bytes.count), 1 << 20)
    let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      while count < room {
        let more = read(descriptor, buffer.baseAddress! + count, room - count)
        if more <= 0 { break }
        count += more
      }
    }
    if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
    if chunk.count < room { return bytes }
  }
}

package func readSmallFile(_ path: String, in directory: CInt = AT_FDCWD) -> String? {
  readSmallBytes(path, in: directory).map { String(decoding: $0, as: UTF8.self) }
}

/// The same of what may be gone: nil then. What can't be opened for want of something was not looked
/// at, and that is an error: it is not the same as not being there.
package func readFileIfThere(
  _ path: String, in directory: CInt = AT_FDCWD
) throws(SystemError) -> String? {
  if let text = readSmallFile(path, in: directory) { return text }
  let error = SystemError("open", path)
  if error.isResourceExhaustion { throw error }
  return nil
}

/// Reads a file that somebody else may have made: a regular one, no link, and no larger than this.
package func readRegularFile(_ path: String, atMost limit: Int) throws(SystemError) -> [UInt8] {
  // Without O_NONBLOCK a pipe would be waited for.
  let descriptor = try system("open", path) {
    open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
  }
  defer { close(descriptor) }
  var status = stat()
  try system("fstat", path) { fstat(descriptor, &status) }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw SystemError("read", path, code: EINVAL, for: .readRegularFile)
  }
  guard status.st_size <= limit else {
    throw SystemError("read", path, code: EFBIG, for: .readReport(largest: limit))
  }
  var bytes: [UInt8] = []
  while bytes.count <= limit {
    let room = min(64 * 1024, limit + 1 - bytes.count)
    let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    if chunk.isEmpty { return bytes }
    bytes += chunk
  }
  throw SystemError("read", path, code: EFBIG)
}
