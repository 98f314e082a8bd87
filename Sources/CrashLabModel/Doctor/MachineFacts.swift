/// What was found out about a machine, before anything is made of it. An error is an errno, 0 where
/// the attempt succeeded.
package struct MachineFacts: Sendable {
  package var machine: Machine
  package var pidfdError: CInt = 0
  package var traceError: CInt = 0
  package var remoteReadError: CInt = 0
  package var mappingGuardError: CInt = 0
  package var installedGuardError: CInt = 0
  package var pagemapGuardError: CInt = 0
  /// kernel.yama.ptrace_scope; nil where the module is not there.
  package var ptraceScope: Int?
  /// RLIMIT_CORE's soft limit in bytes; nil if unlimited.
  package var coreLimit: UInt64?
  package var corePattern = ""
  /// Words of /proc/cpuinfo.
  package var processorFlags: Set<String> = []
  package var alternateStackSize = 0
  /// The libunwind that the harness was built with, and the file of the one that was loaded.
  package var unwinder = ""
  package var unwinderFile = ""
  package var refusedCalls: [RefusedCall] = []
  /// What the catalogue needs, and how much of it could be had.
  package var needs = ResourceNeeds()
  package var had = ResourceNeeds()
  /// An errno if a queued signal does not tell who sent it.
  package var signalInformationError: CInt = 0
  /// The process that traces this one; nil if there is none.
  package var tracer: Tracer?
  /// Those of 0 to 2 that were closed when the program began.
  package var closedDescriptors: [CInt] = []
  /// Libraries that LD_PRELOAD or /etc/ld.so.preload brought in.
  package var preloaded: [String] = []
  package var userIsRoot = false
  /// RLIMIT_NPROC and RLIMIT_NOFILE; nil if unlimited.
  package var processLimit: UInt64?
  package var descriptorLimit: UInt64?
  /// vm.max_map_count
  package var mappingLimit = 65530
  /// kernel.randomize_va_space
  package var addressRandomization = 2
  package var clockSource = ""
  /// Seccomp of /proc/self/status: 0 none, 1 strict, 2 a filter.
  package var seccomp = 0

  /// A call that the laboratory makes and that is refused.
  package struct RefusedCall: Sendable, Equatable {
    package var name: String
    /// 0 where the caller was killed instead.
    package var error: CInt

    package init(name: String, error: CInt) {
      self.name = name
      self.error = error
    }
  }

  package struct Tracer: Sendable, Equatable {
    package var process: Int32
    package var name: String

    package init(process: Int32, name: String) {
      self.process = process
      self.name = name
    }
  }

  package init(
    machine: Machine, pidfdError: CInt = 0, traceError: CInt = 0, remoteReadError: CInt = 0,
    mappingGuardError: CInt = 0, installedGuardError: CInt = 0, pagemapGuardError: CInt = 0,
    ptraceScope: Int? = nil, coreLimit: UInt64? = nil, corePattern: String = "",
    processorFlags: Set<String> = [], alternateStackSize: Int = 0, unwinder: String = "",
    processLimit: UInt64? = nil, descriptorLimit: UInt64? = nil, mappingLimit: Int = 65530,
    addressRandomization: Int = 2, clockSource: String = "", seccomp: Int = 0
  ) {
    self.machine = machine
    self.pidfdError = pidfdError
    self.traceError = traceError
    self.remoteReadError = remoteReadError
    self.mappingGuardError = mappingGuardError
    self.installedGuardError = installedGuardError
    self.pagemapGuardError = pagemapGuardError
    self.ptraceScope = ptraceScope
    self.coreLimit = coreLimit
    self.corePattern = corePattern
    self.processorFlags = processorFlags
    self.alternateStackSize = alternateStackSize
    self.unwinder = unwinder
    self.processLimit = processLimit
    self.descriptorLimit = descriptorLimit
    self.mappingLimit = mappingLimit
    self.addressRandomization = addressRandomization
    self.clockSource = clockSource
    self.seccomp = seccomp
  }
}

/// What a run of the whole catalogue takes of a machine at the same time.
package struct ResourceNeeds: Sendable, Equatable {
  package var descriptors: Int
  package var threads: Int
  /// Of one process.
  package var mappings: Int
  /// Bytes of private memory of one process.
  package var memory: Int

  package init(descriptors: Int = 0, threads: Int = 0, mappings: Int = 0, memory: Int = 0) {
    self.descriptors = descriptors
    self.threads = threads
    self.mappings = mappings
    self.memory = memory
  }
}
