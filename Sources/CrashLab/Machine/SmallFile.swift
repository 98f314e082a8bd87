internal import Glibc

/// Reads a whole small file, such as those of /proc. Nil if it can't be read.
func readSmallBytes(_ path: String, in directory: CInt = AT_FDCWD) -> [UInt8]? {
  let descriptor = openat(directory, path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var room = 32 * 1024
  while true {
    let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    if chunk.isEmpty { return bytes }
    if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
    room = min(room * 2, 1 << 20)
  }
}

func readSmallFile(_ path: String, in directory: CInt = AT_FDCWD) -> String? {
  readSmallBytes(path, in: directory).map { String(decoding: $0, as: UTF8.self) }
}
