/// What was found out about a machine, before anything is made of it. An error is an errno, 0 where
/// the attempt succeeded.
struct MachineFacts: Sendable {
  var machine: Machine
  var pidfdError: CInt = 0
  var traceError: CInt = 0
  var remoteReadError: CInt = 0
  var mappingGuardError: CInt = 0
  var installedGuardError: CInt = 0
  var pagemapGuardError: CInt = 0
  /// kernel.yama.ptrace_scope; nil where the module is not there.
  var ptraceScope: Int?
  /// RLIMIT_CORE's soft limit in bytes; nil if unlimited.
  var coreLimit: UInt64?
  var corePattern = ""
  /// Words of /proc/cpuinfo.
  var processorFlags: Set<String> = []
  var alternateStackSize = 0
  var unwinder = ""
  /// RLIMIT_NPROC and RLIMIT_NOFILE; nil if unlimited.
  var processLimit: UInt64?
  var descriptorLimit: UInt64?
  /// vm.max_map_count
  var mappingLimit = 65530
  /// kernel.randomize_va_space
  var addressRandomization = 2
  var clockSource = ""
  /// Seccomp of /proc/self/status: 0 none, 1 strict, 2 a filter.
  var seccomp = 0
}
