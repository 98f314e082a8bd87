internal import Glibc

/// Whether a process does nothing because it gets no processor, or because it has nothing to do.
enum Starvation {
  /// Nanoseconds of processor time that all threads of a process have had; nil if it is gone.
  static func processorTime(of process: pid_t) -> UInt64? {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else {
      return nil
    }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Whether a thread of it runs, or would if it were given a processor.
  static func hasRunnableThread(_ process: pid_t) -> Bool {
    guard let tasks = opendir("/proc/\(process)/task") else { return false }
    defer { closedir(tasks) }
    while let entry = readdir(tasks) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.first?.isNumber == true,
        let stat = readSmallFile("/proc/\(process)/task/\(name)/stat"),
        let end = stat.lastIndex(of: ")")
      else { continue }
      if stat[end...].hasPrefix(") R") { return true }
    }
    return false
  }
}
