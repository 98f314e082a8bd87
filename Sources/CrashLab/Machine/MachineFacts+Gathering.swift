internal import CHarness
internal import CrashLabModel
internal import Glibc

extension MachineFacts {
  /// Looks at this machine and tries what can be tried. Takes some milliseconds.
  package static func gather() -> MachineFacts {
    MachineFacts(
      machine: .current(),
      pidfdError: clab_try_pidfd(),
      traceError: clab_try_trace(),
      remoteReadError: clab_try_remote_read(),
      mappingGuardError: clab_try_guard(CLAB_GUARD_MAPPING),
      installedGuardError: clab_try_guard(CLAB_GUARD_INSTALLED),
      pagemapGuardError: clab_try_guard_in_pagemap(),
      ptraceScope: number(in: "/proc/sys/kernel/yama/ptrace_scope"),
      coreLimit: softLimit(RLIMIT_CORE),
      corePattern: firstLine(of: "/proc/sys/kernel/core_pattern") ?? "",
      processorFlags: processorFlags(),
      alternateStackSize: clab_alternate_stack_size(),
      unwinder: String(cString: clab_unwinder_version()),
      processLimit: softLimit(__RLIMIT_NPROC),
      descriptorLimit: softLimit(RLIMIT_NOFILE),
      mappingLimit: number(in: "/proc/sys/vm/max_map_count") ?? 65530,
      addressRandomization: number(in: "/proc/sys/kernel/randomize_va_space") ?? 2,
      clockSource: firstLine(
        of: "/sys/devices/system/clocksource/clocksource0/current_clocksource") ?? "unknown",
      seccomp: seccomp())
  }

  private static func firstLine(of file: String) -> String? {
    readSmallFile(file)?.split(separator: "\n").first.map(String.init)
  }

  private static func number(in file: String) -> Int? { firstLine(of: file).flatMap { Int($0) } }

  private static func softLimit(_ resource: __rlimit_resource) -> UInt64? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(UInt32(resource.rawValue)), &limit) == 0,
      limit.rlim_cur != rlim_t.max
    else { return nil }
    return UInt64(limit.rlim_cur)
  }

  private static func processorFlags() -> Set<String> {
    let lines = readSmallFile("/proc/cpuinfo")?.split(separator: "\n") ?? []
    let flags = lines.first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
    return Set(flags?.split(whereSeparator: \.isWhitespace).map(String.init) ?? [])
  }

  private static func seccomp() -> Int {
    let lines = readSmallFile("/proc/self/status")?.split(separator: "\n") ?? []
    return lines.first { $0.hasPrefix("Seccomp:") }?
      .split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) } ?? 0
  }
}
