internal import CHarness
internal import CrashLabModel
internal import Glibc

/// The socket that the system's log (or the journal) reads (syslog(3)).
package struct SystemLog {
  private let path: String

  package init(path: String) { self.path = path }

  /// LOG_DAEMON | LOG_ERR.
  private static let priority = 3 << 3 | 3
  private static let mostBytes = 1024

  /// Sends a line, without waiting: the reader of the log may be what has crashed.
  ///
  /// - Parameter line: bytes that are no text of one line are escaped.
  /// - Returns: whether somebody takes it.
  @discardableResult
  package func write(_ line: String) -> Bool {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    let stamp = String(unsafeUninitializedCapacity: 64) {
      $0.withMemoryRebound(to: CChar.self) {
        strftime($0.baseAddress!, $0.count, "%b %e %H:%M:%S", &parts)
      }
    }
    let text = printable(line)
    let cut = String(decoding: text.utf8.prefix(SystemLog.mostBytes), as: UTF8.self)
    let whole = "<\(SystemLog.priority)>\(stamp) crashlab[\(getpid())]: \(cut)"
    return clab_catch_send(path, whole, whole.utf8.count) == 0
  }
}
