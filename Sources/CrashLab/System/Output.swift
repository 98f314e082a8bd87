internal import CrashLabModel
internal import Glibc

/// Writes text to a descriptor at once: a buffer would be inherited by every child that is forked,
/// and written again by one that calls exit.
package struct Output: Sendable {
  private let descriptor: CInt

  package init(descriptor: CInt) { self.descriptor = descriptor }

  package static let standard = Output(descriptor: STDOUT_FILENO)
  package static let error = Output(descriptor: STDERR_FILENO)

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Columns of the terminal; 100 where it is none.
  package var width: Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 100 }
    return Int(size.ws_col)
  }

  /// Columns of the terminal; nil where it is none.
  package var terminalWidth: Int? { isTerminal ? width : nil }

  package func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = try system("write", "descriptor \(descriptor)") {
          Glibc.write(descriptor, rest.baseAddress, rest.count)
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }
}
