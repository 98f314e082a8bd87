internal import CrashLabModel
internal import Glibc

/// Bytes that a process may still map: what RLIMIT_AS leaves. Nil if it is not limited, or not known.
func addressSpaceLeft(to process: pid_t) -> UInt64? {
  guard let limits = readSmallFile("/proc/\(process)/limits"),
    let statm = readSmallFile("/proc/\(process)/statm"),
    let limit = softLimit(named: "Max address space", in: limits),
    let pages = statm.split(separator: " ").first.flatMap({ UInt64($0) })
  else { return nil }
  let used = pages.multipliedReportingOverflow(by: UInt64(clamping: getpagesize()))
  return used.overflow || used.partialValue >= limit ? 0 : limit - used.partialValue
}
