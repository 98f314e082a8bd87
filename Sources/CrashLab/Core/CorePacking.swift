internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Brings a dump into a file that can be read at any place: one that comes through a pipe, and one
/// that is compressed.
enum CorePacking {
  /// Of a dump that is unpacked, bytes: more is refused.
  static let mostBytes: UInt64 = 64 << 30

  /// A file without a name that holds the dump; the file itself if it needs no unpacking.
  ///
  /// - Parameter path: `-` is standard input.
  static func open(_ path: String) throws -> FileSource {
    let source = path == "-" ? try copyOfStandardInput() : try FileSource(path)
    guard let magic = source.bytes(at: 0, count: 4),
      let packed = CoreDump.compression(beginning: magic)
    else { return source }
    return try unpack(source, packed, path: path)
  }

  private static func copyOfStandardInput() throws -> FileSource {
    var status = stat()
    if fstat(STDIN_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
      let copy = try system("dup", "standard input") { fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) }
      return try FileSource(descriptor: copy, path: "standard input")
    }
    let file = try temporary()
    var total: UInt64 = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try system("read", "standard input") {
        buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
      }
      if count == 0 { break }
      total += UInt64(count)
      guard total <= mostBytes else {
        close(file)
        throw UnreadableFile("standard input", .tooLarge(most: mostBytes))
      }
      var rest = buffer[..<count]
      while !rest.isEmpty {
        let written = try system("write", "a temporary file") {
          rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        }
        rest = rest.dropFirst(written)
      }
    }
    return try FileSource(descriptor: file, path: "standard input")
  }

  /// The decompressor is a process of its own with limits: it reads what nobody vouches for.
  private static func unpack(
    _ source: FileSource, _ packed: FileProblem.Compression, path: String
  ) throws -> FileSource {
    let file = try temporary()
    let error = clab_unpack(packed.decompressor, source.descriptor, file, mostBytes)
    guard error == 0 else {
      close(file)
      switch error {
      case ENOENT: throw UnreadableFile(path, .compressed(by: packed))
      case EFBIG: throw UnreadableFile(path, .tooLarge(most: mostBytes))
      default: throw UnreadableFile(path, .damagedCompression(packed))
      }
    }
    return try FileSource(descriptor: file, path: path)
  }

  /// Gone when its descriptor is closed.
  private static func temporary() throws(SystemError) -> CInt {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
    return try system("open", "a temporary file in \(folder)") { clab_temporary_file(folder) }
  }
}

extension FileProblem.Compression {
  fileprivate var decompressor: String {
    switch self {
    case .zstd: "zstd"
    case .lz4: "lz4"
    case .xz: "xz"
    case .gzip: "gzip"
    }
  }
}
