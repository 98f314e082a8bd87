internal import CrashLabModel
internal import Glibc

extension SourceExcerpt {
  private static let linesAround = 3
  private static let mostBytes = 4 << 20
  private static let mostColumns = 160

  /// Of the file that a function was compiled from. The path is the debug information's, which may
  /// say anything: only what is named like a source is read. Nil if it is not there, or if it has
  /// been changed since the image was written.
  init?(around function: UnwindReport.Recursion.Function) {
    guard let file = function.file, let line = function.line, line > 0, file.hasPrefix("/"),
      let image = function.image, let built = modified(image), let written = modified(file),
      written <= built, let ending = file.split(separator: ".").last,
      SourceExcerpt.endings.contains(String(ending)),
      let bytes = try? readRegularFile(file, atMost: SourceExcerpt.mostBytes)
    else { return nil }
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    guard line <= lines.count else { return nil }
    let first = max(1, line - SourceExcerpt.linesAround)
    let last = min(lines.count, line + SourceExcerpt.linesAround)
    self.init(
      file: file, first: first,
      lines: lines[(first - 1)..<last].map {
        String(decoding: $0.prefix(SourceExcerpt.mostColumns), as: UTF8.self)
      }, line: line)
  }

  private static let endings: Set = [
    "c", "cc", "cpp", "cxx", "c++", "h", "hh", "hpp", "hxx", "inc", "swift", "rs", "go", "d", "m",
    "mm", "f", "f90", "f95", "adb", "ads", "zig", "java", "py", "s", "S", "asm", "y", "l",
  ]
}

/// When a file was written, seconds; nil if it is not there.
private func modified(_ path: String) -> Int? {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mtim.tv_sec : nil
}
