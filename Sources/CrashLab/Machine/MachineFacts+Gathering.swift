internal import CHarness
internal import CrashLabModel
internal import Glibc

extension MachineFacts {
  /// Looks at this machine and tries what can be tried. Takes some milliseconds.
  ///
  /// - Parameter needs: what is tried to be had at the same time.
  package static func gather(needs: ResourceNeeds = ResourceNeeds()) -> MachineFacts {
    var facts = MachineFacts(
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
    facts.unwinderFile = String(cString: clab_unwinder_file())
    facts.refusedCalls = refusedCalls()
    facts.needs = needs
    facts.had = had(needs)
    facts.signalInformationError = clab_try_signal_information()
    facts.tracer = tracer()
    facts.closedDescriptors = StandardDescriptors.wereClosed
    facts.preloaded = preloaded()
    facts.userIsRoot = geteuid() == 0
    return facts
  }

  private static func had(_ needs: ResourceNeeds) -> ResourceNeeds {
    ResourceNeeds(
      descriptors: clab_try_resource(CLAB_RESOURCE_DESCRIPTORS, needs.descriptors),
      threads: clab_try_resource(CLAB_RESOURCE_THREADS, needs.threads),
      mappings: clab_try_resource(CLAB_RESOURCE_MAPPINGS, needs.mappings),
      memory: clab_try_resource(CLAB_RESOURCE_MEMORY, needs.memory))
  }

  private static func refusedCalls() -> [RefusedCall] {
    var refused: [RefusedCall] = []
    var index = 0
    while let name = clab_call_name(index) {
      let error = clab_try_call(index)
      if error != 0 {
        refused.append(RefusedCall(name: String(cString: name), error: max(0, error)))
      }
      index += 1
    }
    return refused
  }

  private static func tracer() -> Tracer? {
    guard let process = status("TracerPid:").flatMap({ Int32($0) }), process > 0 else { return nil }
    return Tracer(process: process, name: firstLine(of: "/proc/\(process)/comm") ?? "unknown")
  }

  private static func preloaded() -> [String] {
    let variable = getenv("LD_PRELOAD").map { String(cString: $0) } ?? ""
    let file = readSmallFile("/etc/ld.so.preload") ?? ""
    return (variable + " " + file).split { $0.isWhitespace || $0 == ":" }.map(String.init)
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

  private static func seccomp() -> Int { status("Seccomp:").flatMap { Int($0) } ?? 0 }

  /// A value of /proc/self/status.
  private static func status(_ key: String) -> String? {
    readSmallFile("/proc/self/status")?.split(separator: "\n").first { $0.hasPrefix(key) }?
      .split(whereSeparator: \.isWhitespace).last.map(String.init)
  }
}
