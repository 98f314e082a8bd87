import Glibc

/// The name of the file that this program was executed from, whatever it was renamed to since.
let ownFileName: String = {
  var path = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = readlink("/proc/self/exe", &path, path.count)
  let bytes = path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
  return String(decoding: bytes.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
}()
