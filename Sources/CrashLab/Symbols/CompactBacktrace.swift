internal import CrashLabModel
internal import FoundationEssentials
internal import Runtime

/// A `Runtime.Backtrace` made of program counters and images that are our own. The module has no
/// initializer for that, but it decodes what it has encoded: its Compact Backtrace Format and
/// Compact ImageMap Format (docs/CompactBacktraceFormat.rst, docs/CompactImageMapFormat.rst in
/// swiftlang/swift).
struct CompactBacktrace {
  package var frames: [CodeAddress]
  var images: [LoadedImage]

  /// The frames with their names, or nil if this toolchain's module does not take the format.
  func symbolicated() -> SymbolicatedBacktrace? {
    guard let json = try? JSONEncoder().encode(Encoded(self)),
      let backtrace = try? JSONDecoder().decode(Backtrace.self, from: json),
      let map = backtrace.images, map.count == images.count
    else { return nil }
    return backtrace.symbolicated(with: map)
  }

  /// The keys are the module's.
  struct Encoded: Codable {
    var architecture: String
    var backtrace: String
    var imageMap: String

    init(_ source: CompactBacktrace) {
      #if arch(x86_64)
        architecture = "x86_64"
      #else
        architecture = "arm64"
      #endif
      backtrace = Data(source.frameBytes).base64EncodedString()
      imageMap = Data(source.imageBytes).base64EncodedString()
    }
  }

  // MARK: - The formats, version 0 with words of 64 bits

  private static let infoByte: UInt8 = 2

  private var frameBytes: [UInt8] {
    var bytes = [CompactBacktrace.infoByte]
    for frame in frames {
      bytes.append(frame.isReturnAddress ? 0x2f : 0x1f)  // absolute, of 8 bytes
      bytes.append(word: frame.programCounter.value)
    }
    return bytes + [0]
  }

  private var imageBytes: [UInt8] {
    let platform = "Linux"
    var bytes = [CompactBacktrace.infoByte, UInt8(platform.utf8.count)] + Array(platform.utf8)
    bytes.append(count: images.count)
    for image in images.sorted(by: { $0.base < $1.base }) {
      bytes.append(0x3f)  // absolute, both addresses of 8 bytes
      bytes.append(word: image.base.value)
      bytes.append(word: image.end.value - image.base.value)
      bytes.append(0)  // no build identifier
      bytes.append(path: image.path)
    }
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(word: UInt64) {
    Swift.withUnsafeBytes(of: word.bigEndian) { append(contentsOf: $0) }
  }

  /// Seven bits a byte, most significant first.
  fileprivate mutating func append(count: Int) {
    var shift = 0
    while count >> shift > 0x7f { shift += 7 }
    while shift > 0 {
      append(UInt8(count >> shift & 0x7f) | 0x80)
      shift -= 7
    }
    append(UInt8(count & 0x7f))
  }

  /// Pieces of at most 63 bytes, each with its length before it, and 0 at the end.
  fileprivate mutating func append(path: String) {
    var rest = Array(path.utf8)[...]
    while !rest.isEmpty {
      let piece = rest.prefix(0x3f)
      append(UInt8(piece.count))
      append(contentsOf: piece)
      rest = rest.dropFirst(0x3f)
    }
    append(0)
  }
}
