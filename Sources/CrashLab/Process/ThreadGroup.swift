internal import CrashLabModel

/// The process that a thread belongs to, or nil if it is gone.
func threadGroup(of thread: Int32) -> Int32? {
  readSmallFile("/proc/\(thread)/status").flatMap { threadGroup(inStatus: $0) }
}

/// Tgid in the text of /proc/TID/status.
func threadGroup(inStatus text: String) -> Int32? {
  text.split(separator: "\n").first { $0.hasPrefix("Tgid:") }?
    .split(separator: "\t").last.flatMap { Int32($0) }
}
