import CrashLab
import Glibc

/// A file that a report will be written to, opened before what it tells of is run. Others may not
/// read it: it holds bytes of a program's memory.
struct ReportFile: ~Copyable {
  private let path: String
  private let descriptor: CInt

  /// - Throws: SystemError if it can't be opened.
  init(_ path: String) throws(SystemError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("open", path) }
  }

  deinit { close(descriptor) }

  /// Valid while this value lives.
  var output: Output { Output(descriptor: descriptor) }

  func write(_ text: String) throws { try output.write(text) }
}
