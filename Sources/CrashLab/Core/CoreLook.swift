internal import CHarness
internal import Glibc

/// Makes of a core dump the same values as the handler and the observer make of a process that
/// lives: evidence, a photograph, an end.
struct CoreLook {
  private let dump: CoreDump
  private let memory: CoreMemory
  private let machine: Machine
  private let process: Int32

  init(_ dump: CoreDump, _ memory: CoreMemory, machine: Machine) {
    self.dump = dump
    self.memory = memory
    self.machine = machine
    process = dump.program?.process ?? dump.threads.first?.id ?? 0
  }

  func account() -> DeadProgram.Account {
    var notes: [String] = []
    if dump.missingBytes > 0 {
      notes.append(
        "the dump lacks its last \(bytesInWords(Int(clamping: dump.missingBytes))) (a full disk, or "
          + "`ulimit -c`?): what was there is unknown")
    }
    var seen = Observation()
    if let evidence {
      let photograph = photograph(with: evidence)
      var fault = FaultReport(evidence, photograph, machine: machine, trial: process)
      if let trace = evidence.trace {
        fault.name(trace, in: mappingsToName(trace), with: Symbolicator())
      }
      if fault.site.owner?.kind == .main, fault.site.kind == .mainStackLimit {
        notes.append(
          "a dump does not tell how large the main stack might become: its limit is taken to be "
            + "where it ended")
      }
      seen.faults = [fault]
    }
    if let number = dump.threads.first?.signal, number > 0 {
      let termination = Termination.killed(by: Signal(number), coreDumped: true)
      seen.termination = termination
      seen.death = DeathEvidence(
        termination: termination, threadsAtFault: dump.threads.count, threadsAfter: 0,
        beats: .init(), waitersAfter: 0, controlProcessAlive: nil)
      if dump.signal == nil {
        notes.append("the dump does not tell where it faulted (NT_SIGINFO, Linux 3.9 and newer)")
      }
    } else {
      notes.append("no signal ended the process: the dump was made while it lived")
    }
    let command = dump.program?.arguments.split(separator: " ").map(String.init) ?? []
    return DeadProgram.Account(
      report: TrialReport(command: command, seen: seen, timeline: []),
      notes: notes + notesOnImages)
  }

  // MARK: - Evidence

  /// Of the thread that the signal was for; nil if there was no signal.
  private var evidence: Evidence? {
    guard let thread = dump.threads.first, thread.signal > 0, var signal = dump.signal,
      signal.si_signo > 0
    else { return nil }
    var registers = thread.registers
    var raw = clab_evidence()
    withUnsafeTemporaryAllocation(
      byteCount: Int(CLAB_LONGEST_INSTRUCTION), alignment: 1
    ) { code in
      let size = memory.read(clab_program_counter_of(&registers), into: code)
      clab_evidence_of_signal(&raw, thread.id, &signal, &registers, code.baseAddress, size)
    }
    memory.unwind(registers, into: &raw.trace)
    return try? Evidence(raw, process: process, source: .core)
  }

  // MARK: - Photograph

  private func photograph(with evidence: Evidence) -> Photograph {
    var facts = FoundStack.Facts(
      mappings: memory.mappings, threads: [], scan: PageScan(), process: process,
      limits: MainStackLimits(soft: nil, gap: UInt64(machine.stackGuardGap)),
      pageSize: dump.pageSize(or: machine.pageSize))
    facts.threads = dump.threads.map { thread in
      var registers = thread.registers
      return ThreadSight(
        id: thread.id, name: name(of: thread.id),
        stackPointer: Address(clab_stack_pointer_of(&registers)))
    }
    let unsaid = guardUnsaid(evidence, pageSize: UInt64(facts.pageSize))
    switch unsaid {
    case .mapping(let mapping)?:
      let index = facts.mappings.lastIndex(startingAtOrBelow: mapping.low).map { $0 + 1 } ?? 0
      facts.mappings.insert(mapping, at: index)
    case .installed(let range)?: facts.scan.guards = [range]
    case nil: break
    }
    facts.threads[0].stackPointer = witness(evidence, in: facts)
    let memory = memory
    facts.controlBlocks = facts.blocks(
      by: ControlBlocks(pageSize: facts.pageSize) { addresses, bytes, buffer in
        for (index, address) in addresses.enumerated() {
          let place = UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(buffer) + index * bytes, count: bytes)
          if memory.read(address, into: place) < bytes { return index }
        }
        return addresses.count
      })
    return Photograph(
      mappings: facts.mappings,
      threads: facts.threads.map { Photograph.ThreadSeen(id: $0.id, name: $0.name) },
      stacks: FoundStack.find(facts).map(\.region))
  }

  private func witness(_ evidence: Evidence, in facts: FoundStack.Facts) -> Address {
    let witness = evidence.stackWitness
    if let hidden = facts.scan.guards.first, hidden.contains(witness) { return hidden.upperBound }
    return evidence.stackWitness(in: facts.mappings)
  }

  /// The names of other threads than the main one are in no dump.
  private func name(of thread: Int32) -> String {
    thread == process ? dump.program?.name ?? "" : ""
  }

  /// A guard that the dump does not tell of, but the kernel's answer to the access does.
  private enum UnsaidGuard {
    case mapping(Mapping)
    case installed(Range<Address>)
  }

  /// At least the page of the access: memory without permissions, which gdb leaves out of its dumps,
  /// or MADV_GUARD_INSTALL, which no dump tells of.
  private func guardUnsaid(_ evidence: Evidence, pageSize: UInt64) -> UnsaidGuard? {
    guard evidence.signal == .segv, evidence.address.value <= .max - pageSize else { return nil }
    let low = Address(evidence.address.value / pageSize * pageSize)
    let page = low..<Address(low.value + pageSize)
    let mapping = memory.mappings.holding(evidence.address)
    switch (evidence.code.description, mapping) {
    case ("SEGV_ACCERR", nil):
      return .mapping(Mapping(low: page.lowerBound, high: page.upperBound, permissions: []))
    case ("SEGV_MAPERR", let mapping?)
    where mapping.path.isEmpty && mapping.permissions.permits(evidence.access):
      return .installed(page)
    default: return nil
    }
  }

  // MARK: - Images

  /// The mappings with the names that the symbolicator may open: a file that is not the one that was
  /// mapped would give wrong names.
  private func mappingsToName(_ trace: Trace) -> [Mapping] {
    let asked = Set(
      (trace.entries.map(\.programCounter) + trace.sites.map(\.programCounter)).flatMap { pc in
        [pc.value, pc.value &- 1].compactMap { memory.mappings.holding(Address($0))?.path }
      })
    var names: [String: String] = [:]
    for path in asked where path.hasPrefix("/") {
      switch memory.state(of: path) {
      case .same, .unproved: names[path] = memory.images.file(of: path)
      case .missing: names[path] = "\(path) (missing)"
      case .differs: names[path] = "\(path) (not the same file any more)"
      case .noImage: names[path] = "\(path) (no image)"
      }
    }
    return memory.mappings.map { mapping in
      var mapping = mapping
      if let name = names[mapping.path] { mapping.path = name }
      return mapping
    }
  }

  private var notesOnImages: [String] {
    memory.images.states.sorted { $0.key < $1.key }.compactMap { path, state in
      switch state {
      case .same, .noImage: nil
      case .unproved:
        "\(printable(path)) is taken for the file that was mapped; the dump can't prove it"
      case .missing: "\(printable(path)) is not there any more: its frames have no names"
      case .differs:
        "\(printable(path)) is not the file that was mapped: its frames have no names"
      }
    }
  }
}
