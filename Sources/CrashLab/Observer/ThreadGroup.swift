/// The process that a thread belongs to (Tgid in /proc/TID/status), or nil if it is gone.
func threadGroup(of thread: Int32) -> Int32? {
  readSmallFile("/proc/\(thread)/status")?.split(separator: "\n")
    .first { $0.hasPrefix("Tgid:") }?.split(separator: "\t").last.flatMap { Int32($0) }
}
