internal import Glibc

/// The argument list of a process, as it stands in its memory now; empty if it can't be read.
func processArguments(of process: pid_t) -> [String] {
  (readSmallBytes("/proc/\(process)/cmdline") ?? []).split(separator: 0)
    .map { String(decoding: $0, as: UTF8.self) }
}
