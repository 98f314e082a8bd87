internal import CrashLabModel
internal import Glibc

/// What the reader of a crash hands to the handler through a pipe: a line for the log, and the report. It
/// may be anything: the reader has parsed what nobody vouches for.
struct CrashAnswer {
  var line: String
  var report: [UInt8]

  /// A kind and the line's length, four bytes each.
  private static let headSize = 8
  private static let mostLine = 4096

  static func encode(_ failure: CrashReading.Failure) -> [UInt8] {
    [failure.rawValue] + [UInt8](repeating: 0, count: headSize - 1)
  }

  var encoded: [UInt8] {
    let line = Array(line.utf8.prefix(CrashAnswer.mostLine))
    let length = UInt32(line.count).littleEndian
    return [0, 0, 0, 0] + withUnsafeBytes(of: length) { Array($0) } + line + report
  }

  /// Why there is no answer.
  enum Missing: Error {
    case failure(CrashReading.Failure)
    case unclear
  }

  init(line: String, report: [UInt8]) {
    self.line = line
    self.report = report
  }

  init(_ bytes: [UInt8]) throws(Missing) {
    guard bytes.count >= CrashAnswer.headSize else { throw .unclear }
    if let failure = CrashReading.Failure(rawValue: bytes[0]) { throw .failure(failure) }
    let length = bytes.withUnsafeBytes {
      Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    }
    guard bytes[0] == 0, length <= CrashAnswer.mostLine,
      bytes.count > CrashAnswer.headSize + length
    else { throw .unclear }
    let rest = bytes[CrashAnswer.headSize...]
    line = String(decoding: rest.prefix(length), as: UTF8.self)
    report = Array(rest.dropFirst(length))
  }
}
