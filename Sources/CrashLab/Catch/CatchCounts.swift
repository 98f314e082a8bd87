internal import CrashLabModel
internal import Glibc

/// What the core handler has been given and what became of it; kept in a file that one handler at a time
/// has locked.
package struct CatchCounts: Sendable, Equatable, Codable {
  /// Reports that were written.
  package var reports = 0
  /// Crashes without a report, as there were too many in a minute.
  package var dropped = 0
  /// Crashes whose report could not be made.
  package var failed = 0
  /// Of those that were dropped since the last report.
  package var droppedSince = 0
  /// When the minute began, seconds of CLOCK_BOOTTIME.
  var minuteStart = 0
  /// Crashes in that minute.
  var inMinute = 0

  package init() {}

  private static let name = "counts.json"

  /// Whether one more crash is looked at; it is counted.
  mutating func admit(at now: Int, most: Int) -> Bool {
    if now < minuteStart || now - minuteStart >= 60 { (minuteStart, inMinute) = (now, 0) }
    inMinute += 1
    if inMinute <= most { return true }
    dropped += 1
    droppedSince += 1
    return false
  }

  /// Reads them; what can't be read begins anew.
  package static func read(in folder: CatchFolder) -> CatchCounts {
    guard let text = readSmallFile(name, in: folder.descriptor) else { return CatchCounts() }
    return (try? JSON.value(CatchCounts.self, from: Array(text.utf8))) ?? CatchCounts()
  }

  /// Changes them, with everybody else kept out meanwhile.
  static func change<Value>(
    in folder: CatchFolder, _ body: (inout CatchCounts) -> Value
  ) throws(SystemError) -> Value {
    let lock = try system("open", "lock") {
      openat(folder.descriptor, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }
    defer { close(lock) }
    try system("flock", "lock") { flock(lock, LOCK_EX) }
    var counts = read(in: folder)
    let value = body(&counts)
    let text = (try? JSON.text(of: counts)) ?? ""
    try replaceWhole(text + "\n", in: folder.descriptor, name: name)
    fchmodat(folder.descriptor, name, 0o644, 0)
    return value
  }
}
