package import CrashLabModel
internal import Glibc

/// What this machine can and can't do, each with what follows.
package struct Doctor: Sendable, Codable {
  package var schemaVersion = RunReport.schemaVersion
  package var machine: Machine
  package var findings: [Finding]

  package init(
    schemaVersion: Int = RunReport.schemaVersion, machine: Machine, findings: [Finding]
  ) {
    self.schemaVersion = schemaVersion
    self.machine = machine
    self.findings = findings
  }

  /// Whether the laboratory can do its work here.
  package var isSound: Bool { !findings.contains { $0.standing == .broken } }

  package func json() throws -> String { try JSON.text(of: self) + "\n" }
}

// MARK: - Pure

extension Doctor {
  /// Derives the findings. Pure: the same facts give the same findings.
  package init(of facts: MachineFacts) {
    machine = facts.machine
    findings =
      [facts.kernel, facts.pidfd]
      + [facts.mappingGuard, facts.installedGuard, facts.pagemap, facts.kernelGap]
      + [facts.mainStack, facts.alternateStack, facts.unwinding]
      + [facts.libraryNames, facts.tracing, facts.tracedItself, facts.remoteReading]
      + [facts.calls, facts.filter, facts.signals, facts.standardDescriptors, facts.preloads]
      + [facts.cores, facts.processContext, facts.clock]
      + [facts.threads, facts.descriptors, facts.mappings, facts.memory, facts.randomization]
  }
}

extension MachineFacts {
  fileprivate var kernel: Finding {
    let version = machine.kernelVersion
    return Finding(
      "kernel", "kernel", version >= (5, 4) ? .good : .broken, machine.kernel,
      version >= (5, 4)
        ? "has all that the laboratory must have (Linux 5.4)"
        : "the laboratory waits for its children with waitid(P_PIDFD), which is in Linux 5.4")
  }

  fileprivate var pidfd: Finding {
    attempt(
      "pidfd", "process descriptors", pidfdError, otherwise: .broken,
      good: "a child's end is seen at once and never mixed up with another's",
      bad: "without pidfd_open the laboratory can't watch its children")
  }

  fileprivate var mappingGuard: Finding {
    attempt(
      "guard-mapping", "guards by PROT_NONE", mappingGuardError, otherwise: .broken,
      good: "what glibc puts below every thread's stack faults as it must",
      bad: "a page without access does not fault here: no verdict could be relied on")
  }

  fileprivate var installedGuard: Finding {
    attempt(
      "guard-installed", "guards by MADV_GUARD_INSTALL", installedGuardError, otherwise: .missing,
      good: "guards that split no mapping can be made; maps does not show them",
      bad: "the cases that need it are skipped (it is in Linux 6.13)")
  }

  fileprivate var pagemap: Finding {
    attempt(
      "guard-pagemap", "installed guards in pagemap", pagemapGuardError, otherwise: .limited,
      good: "such guards are seen from outside and named in reports",
      bad:
        "such a guard is not seen from outside (Linux shows it since 6.15): the cases that need it "
        + "are skipped, and a fault in one is told as a fault below a stack without a guard")
  }

  fileprivate var kernelGap: Finding {
    Finding(
      "guard-gap", "gap below the main stack", .good, bytesInWords(machine.stackGuardGap),
      "the kernel keeps this free below a stack that grows; a larger frame can step over it")
  }

  fileprivate var mainStack: Finding {
    guard let limit = machine.stackLimit else {
      return Finding(
        "main-stack", "main stack", .limited, "unlimited",
        "a case's child gets a limit of 8 MiB; a program under exec ends only where another mapping "
          + "is in its way, or memory is used up (`ulimit -s 8192` sets the usual limit)")
    }
    let least = 1 << 20
    return Finding(
      "main-stack", "main stack", limit < least ? .limited : .good, bytesInWords(limit),
      limit < least
        ? "less than \(bytesInWords(least)): cases that need more are skipped; `ulimit -s 8192` "
          + "sets the usual limit"
        : "the main thread overflows there, and so does a thread that asks for no size of its own")
  }

  fileprivate var alternateStack: Finding {
    let least = machine.minimumSignalStack
    let words = "\(bytesInWords(alternateStackSize)), the kernel wants \(bytesInWords(least))"
    return alternateStackSize >= least
      ? Finding(
        "alternate-stack", "alternate stack", .good, words,
        "the handler has room beside the processor's saved state")
      : Finding(
        "alternate-stack", "alternate stack", .broken, words,
        "the kernel could not deliver a signal there and would kill at once")
  }

  fileprivate var unwinding: Finding {
    let version = unwinder.split(separator: ".").map { Int($0) ?? 0 }
    let old = version.lexicographicallyPrecedes([1, 6])
    let file = unwinderFile.split(separator: "/").last.map { ", loaded \(printable(String($0)))" }
    return Finding(
      "unwinder", "libunwind", old ? .limited : .good, "built with \(unwinder)\(file ?? "")",
      old
        ? "older than what the laboratory was tried with (1.6)"
        : "unwinds on the alternate stack without allocating")
  }

  fileprivate var libraryNames: Finding {
    machine.librarySymbols == true
      ? Finding(
        "library-symbols", "C library's symbols", .good, "tried, found",
        "its functions are told by name, file and line")
      : Finding(
        "library-symbols", "C library's symbols", .limited,
        machine.librarySymbols == nil ? "could not be tried" : "tried, not found",
        "only the functions that it exports have names in reports, its other frames are told by its "
          + "file alone: install libc6-dbg (Debian), or set DEBUGINFOD_URLS")
  }

  fileprivate var tracing: Finding {
    let scope = ptraceScope.map { ", ptrace_scope \($0)" } ?? ""
    var finding = attempt(
      "trace", "tracing", traceError, otherwise: .missing,
      good: "cases whose handler can't run, and programs under exec, are looked at from outside",
      bad: "where no handler can run only the signal is told, and exec can't look at programs")
    finding.value += scope
    if traceError == 0, let works = Self.traced(under: ptraceScope, asRoot: userIsRoot) {
      finding.consequence += "; \(works)"
    }
    if traceError != 0 { finding.consequence += ": \(traceAdvice)" }
    return finding
  }

  /// What still works at each level of kernel.yama.ptrace_scope (Documentation/admin-guide/LSM/Yama).
  private static func traced(under scope: Int?, asRoot: Bool) -> String? {
    switch scope {
    case 1 where !asRoot: "only children can be, not processes that run already (`layout --pid`)"
    case 2: "only with CAP_SYS_PTRACE, as here"
    default: nil
    }
  }

  private var traceAdvice: String {
    if let tracer { return "this process is traced itself, by \(printable(tracer.name))" }
    switch ptraceScope {
    case 2:
      return "ptrace_scope 2 wants CAP_SYS_PTRACE: use sudo, or set kernel.yama.ptrace_scope=1"
    case 3: return "ptrace_scope 3 forbids it until the next boot"
    default: return "a sandbox forbids it: a container wants --cap-add SYS_PTRACE"
    }
  }

  fileprivate var tracedItself: Finding {
    guard let tracer else {
      return Finding("tracer", "traced itself", .good, "no", "nobody else's tracer is in the way")
    }
    return Finding(
      "tracer", "traced itself", .limited, "by \(printable(tracer.name)) (\(tracer.process))",
      "a process has one tracer: if that one follows the children, they can't be looked at from "
        + "outside; run without it")
  }

  fileprivate var calls: Finding {
    guard !refusedCalls.isEmpty else {
      return Finding(
        "calls", "system calls", .good, "tried, all work", "nothing that is needed is forbidden")
    }
    let names = refusedCalls.map {
      "\($0.name) (\($0.error == 0 ? "kills the caller" : String(cString: strerror($0.error))))"
    }
    return Finding(
      "calls", "system calls", .broken, "refused: \(names.joined(separator: ", "))",
      "the laboratory can't do without: a sandbox (a container's seccomp profile) must allow them")
  }

  fileprivate var signals: Finding {
    signalInformationError == 0
      ? Finding(
        "signals", "who sent a signal", .good, "tried, told",
        "a signal that was sent is told from a fault")
      : Finding(
        "signals", "who sent a signal", .limited, "tried, not told",
        "the limit of pending signals is reached (ulimit -i), so that the kernel drops the sender: "
          + "cases about sent signals are skipped")
  }

  fileprivate var standardDescriptors: Finding {
    let names = closedDescriptors.map { ["input", "output", "error"][Int($0)] }
    return names.isEmpty
      ? Finding(
        "standard", "standard descriptors", .good, "open", "0 to 2 are whose they should be")
      : Finding(
        "standard", "standard descriptors", .limited,
        "closed: \(names.joined(separator: ", "))",
        "they are occupied until the end, so that no file takes their numbers; what is written there "
          + "is lost, and that is an error")
  }

  fileprivate var preloads: Finding {
    preloaded.isEmpty
      ? Finding("preload", "preloaded libraries", .good, "none", "the allocator is the C library's")
      : Finding(
        "preload", "preloaded libraries", .limited,
        printable(preloaded.joined(separator: ", ")),
        "they are in every child too: an allocator or an interposed call is then what is measured")
  }

  fileprivate var remoteReading: Finding {
    attempt(
      "remote-read", "reading another's memory", remoteReadError, otherwise: .limited,
      good: "the observer reads a stack in large pieces",
      bad: "the observer reads word by word: deep stacks take seconds instead of milliseconds")
  }

  fileprivate var cores: Finding {
    let limit = coreLimit.map { $0 == 0 ? "no core files" : "up to \($0) bytes" } ?? "unlimited"
    return Finding(
      "core", "core files", .good, "\(limit), to \(shortPattern)",
      corePattern.hasPrefix("|")
        ? "a program that crashes outside of the laboratory is piped to a collector; the "
          + "laboratory's own children never are"
        : coreLimit == 0
          ? "a program that crashes outside of the laboratory leaves none; `ulimit -c unlimited` "
            + "changes that"
          : "a program that crashes outside of the laboratory leaves one; the laboratory's own "
            + "children never do")
  }

  private var shortPattern: String {
    corePattern.isEmpty ? "an unknown place" : "'\(printable(String(corePattern.prefix(60))))'"
  }

  fileprivate var filter: Finding {
    seccomp == 0
      ? Finding(
        "seccomp", "system call filter", .good, "none", "no call is forbidden beforehand")
      : Finding(
        "seccomp", "system call filter", .limited, "mode \(seccomp)",
        "a container or a sandbox chooses which calls work; what was tried above tells")
  }

  fileprivate var processContext: Finding {
    guard machine.architecture == "x86_64" else {
      return Finding(
        "pcid", "address space tags", .good, "ASID",
        "the processor tags translations by address space: a process switch keeps the TLB")
    }
    let has = processorFlags.contains("pcid")
    return Finding(
      "pcid", "address space tags", has ? .good : .limited,
      has ? "PCID" + (processorFlags.contains("invpcid") ? ", INVPCID" : "") : "no PCID",
      has
        ? "a process switch need not empty the TLB; `crashlab switch` shows up to how many processes"
        : "every process switch empties the TLB; `crashlab switch` shows what that costs")
  }

  fileprivate var clock: Finding {
    let fast = ["tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page"]
      .contains(clockSource)
    return Finding(
      "clock", "clock", fast ? .good : .limited, printable(clockSource),
      fast
        ? "read without a system call: short times can be measured"
        : "read through the kernel: times below a microsecond are not to be relied on")
  }

  fileprivate var threads: Finding {
    enough(
      "limits", "processes and threads", needs.threads, had.threads,
      limit: processLimit.map { "\(grouped(Int(clamping: $0)))" } ?? "unlimited",
      advice: "raise ulimit -u, or the container's pids.max, or run fewer --jobs")
  }

  fileprivate var descriptors: Finding {
    enough(
      "descriptors", "descriptors", needs.descriptors, had.descriptors,
      limit: descriptorLimit.map { "\(grouped(Int(clamping: $0)))" } ?? "unlimited",
      advice: "raise ulimit -n, or run fewer --jobs")
  }

  fileprivate var mappings: Finding {
    guard had.mappings >= needs.mappings else {
      return Finding(
        "mappings", "mappings of a process", .limited,
        "at most \(grouped(mappingLimit)), \(grouped(needs.mappings)) are needed",
        "cases with thousands of guarded stacks are skipped: raise vm.max_map_count (65530 is usual)"
      )
    }
    return Finding(
      "mappings", "mappings of a process", .good, "at most \(grouped(mappingLimit))",
      "a stack with a guard by PROT_NONE takes two: \(grouped(mappingLimit / 2)) coroutines at most; "
        + "installed guards take none")
  }

  fileprivate var memory: Finding {
    enough(
      "memory", "memory of a process", needs.memory, had.memory, limit: nil,
      words: { bytesInWords($0) },
      advice: "raise ulimit -v, -d or the container's limit, or see vm.overcommit_memory")
  }

  /// What the catalogue needs was tried to be had.
  private func enough(
    _ id: String, _ title: String, _ needed: Int, _ had: Int, limit: String?,
    words: (Int) -> String = { grouped($0) }, advice: String
  ) -> Finding {
    let limit = limit.map { ", the limit is \($0)" } ?? ""
    return had >= needed
      ? Finding(
        id, title, .good, "tried \(words(needed)), works\(limit)", "enough for every case")
      : Finding(
        id, title, .broken, "tried \(words(needed)), got \(words(had))\(limit)",
        "cases could not be started: \(advice)")
  }

  fileprivate var randomization: Finding {
    addressRandomization > 0
      ? Finding(
        "randomization", "address randomization", .good, "\(addressRandomization)",
        "addresses differ from run to run; distances and verdicts do not")
      : Finding(
        "randomization", "address randomization", .limited, "off",
        "addresses are the same in every run: what happens to lie below a stack is too")
  }

  /// What was tried, and its error where it failed.
  private func attempt(
    _ id: String, _ title: String, _ error: CInt, otherwise standing: Finding.Standing,
    good: String, bad: String
  ) -> Finding {
    error == 0
      ? Finding(id, title, .good, "tried, works", good)
      : Finding(id, title, standing, "tried, fails: \(String(cString: strerror(error)))", bad)
  }
}
