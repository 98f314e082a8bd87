internal import CHarness
internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// Makes of a core dump the same values as the handler and the observer make of a process that
/// lives: evidence, a photograph, an end.
struct CoreAnalysis {
  let dump: CoreDump
  let memory: CoreMemory
  let machine: Machine
  let process: Int32
  let remains: CoreRemains?
  private let symbolicator = Symbolicator()
  /// AT_MINSIGSTKSZ (include/uapi/linux/auxvec.h).
  private static let minimumSignalStackKey = 51

  /// - Parameter remains: of the process, where it is still there.
  init(_ dump: CoreDump, _ memory: CoreMemory, machine: Machine, remains: CoreRemains? = nil) {
    self.dump = dump
    self.memory = memory
    self.remains = remains
    var machine = machine
    // Of the machine that it was dumped on.
    if let size = dump.auxiliary[UInt64(CoreAnalysis.minimumSignalStackKey)] {
      machine.minimumSignalStack = Int(clamping: size)
    }
    self.machine = machine
    process = dump.program?.process ?? dump.threads.first?.id ?? 0
  }

  /// - Parameter gathered: called when the memory is not needed any more; names come after it.
  func account(_ gathered: () -> Void = {}) -> CoreDumpReport.Account {
    var notes: [CoreNote] = []
    if dump.missingBytes > 0 { notes.append(.missingBytes(dump.missingBytes)) }
    var seen = TrialResult(command: command)
    var faults: [UnnamedFault] = []
    if let end, var last = evidence(of: end) {
      let forced = forcedKill(last)
      if let forced {
        last = forced
        notes.append(.addressComputed)
      }
      if let before = cause(of: last) {
        var cause = fault(before, handler: .init(isCaught: true, hasRun: true))
        if last.isCall(ofHandlerFor: before) { cause.fault.handlerWasNoCode() }
        faults.append(cause)
      }
      faults.append(
        fault(last, handler: forced.map { _ in .init(isCaught: true, forcedKill: true) }))
      if remains == nil, faults.contains(where: { $0.fault.site.kind == .mainStackLimit }) {
        notes.append(.mainStackLimitUnknown)
      }
    }
    let others = threads(without: faults.isEmpty ? nil : dump.threads.first?.id)
    let notesOnImages = notesOnImages(others.images)
    gathered()
    seen.faults = faults.map(named)
    seen.threads = others.reports(by: .core, with: symbolicator)
    seen.images = others.images
    if let number = dump.threads.first?.signal, number > 0 {
      let termination = Termination.killed(
        by: Signal(number), coreDumped: remains?.isKept ?? true)
      seen.termination = termination
      seen.death = DeathEvidence(
        termination: termination, threadsAtFault: dump.threads.count, threadsAfter: 0,
        beats: .init(), waitersAfter: 0, controlProcessAlive: nil)
      if dump.signal == nil { notes.append(.noSignalInformation) }
    } else {
      notes.append(.madeWhileAlive)
    }
    return CoreDumpReport.Account(result: seen, notes: notes + notesOnImages)
  }

  private var command: [String] {
    remains?.command ?? memory.arguments(of: dump)
      ?? dump.program?.arguments.split(separator: " ").map(String.init) ?? []
  }

  /// A fault, with what its frames are named from.
  private struct UnnamedFault {
    var fault: Fault
    var trace: Trace?
    var mappings: [Mapping] = []
    var files = MappedFiles()
  }

  private func fault(_ evidence: Evidence, handler: HandlerFacts?) -> UnnamedFault {
    let fault = Fault.assemble(
      evidence, photograph(with: evidence), handler: handler,
      in: .init(
        process: process, laboratory: 0, nullLimit: machine.lowestMappable,
        senderName: evidence.sender.flatMap { remains?.nameOfProcess($0.process) },
        instruction: evidence.instruction, signalFrameSize: machine.minimumSignalStack,
        controlBlock: controlBlock(of: dump.threads[0]),
        findings: MemoryFindings(of: evidence, in: memory.asTarget),
        stackLimit: remains?.stackLimit ?? .unknown))
    var unnamed = UnnamedFault(fault: fault, trace: evidence.trace)
    if let trace = evidence.trace {
      (unnamed.mappings, unnamed.files) = mappingsToName(
        trace.codeAddresses.map(\.programCounter) + fault.codePointers)
    }
    return unnamed
  }

  private func named(_ unnamed: UnnamedFault) -> Fault {
    var fault = unnamed.fault
    if let trace = unnamed.trace {
      fault.name(trace, in: unnamed.mappings, files: unnamed.files, with: symbolicator)
      // The paths of another file system lead elsewhere here.
      if remains?.sharesFiles == false { fault.source = nil }
    }
    fault.nameException(with: symbolicator)
    return fault
  }

  // MARK: - Evidence

  /// A signal, and the registers that it has met.
  private struct SignalContext {
    var signal: siginfo_t
    var registers: clab_registers
  }

  /// What the process was killed by; nil if there was no signal.
  private var end: SignalContext? {
    guard let thread = dump.threads.first, thread.signal > 0, let signal = dump.signal,
      signal.si_signo > 0
    else { return nil }
    return SignalContext(signal: signal, registers: thread.registers)
  }

  /// Of the first thread.
  private func evidence(of context: SignalContext) -> Evidence? {
    var context = context
    var raw = clab_evidence()
    withUnsafePointer(to: memory) { memory in
      clab_evidence_of_signal(
        &raw, dump.threads[0].id, &context.signal, &context.registers,
        { memory, address, buffer, size in
          guard let memory, let buffer else { return 0 }
          return memory.assumingMemoryBound(to: CoreMemory.self).pointee.read(
            address, into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
        }, UnsafeMutableRawPointer(mutating: memory))
    }
    memory.unwind(context.registers, into: &raw.trace)
    return try? Evidence(raw, process: process, source: .core)
  }

  /// The first operand of the instruction that memory does not permit to access as it was about to:
  /// the first byte of it that is refused. Nil if there is none, or the registers don't tell.
  ///
  /// - Parameter address: the access, if it is known.
  private func refusedAccess(
    of evidence: Evidence, at address: Address? = nil
  ) -> (address: Address, access: Access)? {
    guard let instruction = evidence.context.flatMap({ MachineInstruction($0) }) else { return nil }
    for operand in instruction.operands {
      guard let low = operand.address else { continue }
      for byte in memory.mappings.boundaries(from: low, size: operand.size)
      where address == nil || address == byte {
        let mapping = memory.mappings.holding(byte)
        if mapping?.permissions.permits(operand.access) != true { return (byte, operand.access) }
      }
    }
    return nil
  }

  /// A fault of which the kernel's own account is lost.
  private func fault(
    _ last: Evidence, by access: (address: Address, access: Access)
  ) -> Evidence {
    var fault = last
    fault.code = SignalCode(memory.mappings.holding(access.address) == nil ? 1 : 2, of: .segv)
    fault.address = access.address
    fault.access = access.access
    fault.sender = nil
    return fault
  }

  /// Where the context of the innermost handler lies that is at work, or has just returned.
  private func signalFrame(behind last: Evidence) -> Address? {
    guard let entries = last.trace?.entries,
      let index = entries.firstIndex(where: \.isSignalFrame)
    else {
      return last.access == .execute && last.address == last.programCounter
        && MemoryFindings.holdsSignalContext(last.stackPointer, in: memory.asTarget)
        ? last.stackPointer : nil
    }
    if index == 0 { return last.stackPointer }
    guard entries[index - 1].count == 1, entries[index - 1].index + 1 == entries[index].index
    else { return nil }
    return entries[index - 1].canonicalFrameAddress
  }

  /// What a handler was dealing with when the process ended.
  private func cause(of last: Evidence) -> Evidence? {
    guard let pointer = signalFrame(behind: last),
      var frame = memory.signalFrame(at: pointer)
    else { return nil }
    // Only with SA_SIGINFO the kernel writes it: without, there is what lay there before.
    let called = last.signalOfCalledHandler
    let told = frame.info.si_signo
    let isTold = (1...64).contains(told) && (called ?? told) == told
    if !isTold {
      guard (called ?? SIGSEGV) == SIGSEGV else { return nil }
      frame.info = siginfo_t()
      frame.info.si_signo = SIGSEGV
    }
    guard var cause = evidence(of: SignalContext(signal: frame.info, registers: frame.registers))
    else {
      return nil
    }
    if !isTold {
      // The handler did not ask for siginfo. The address may be of an earlier fault, unless the
      // instruction accesses just that.
      guard let access = refusedAccess(of: cause, at: Address(frame.page_fault)) else { return nil }
      cause = fault(cause, by: access)
    }
    cause.handled = true
    return cause
  }

  /// The fault behind a signal that the kernel forced because it could not run the handler: nil if
  /// the instruction might well have accessed what it was about to, or nobody can say.
  private func forcedKill(_ last: Evidence) -> Evidence? {
    // What the instruction explains was the processor's refusal.
    guard last.signal == .segv, last.code.isKernel, last.instructionIsInnocent,
      let access = refusedAccess(of: last), access.address >= machine.lowestMappable
    else { return nil }
    return fault(last, by: access)
  }

  // MARK: - Threads

  private func threads(without faulting: Int32?) -> ThreadsSnapshot {
    let until = clab_now() + ThreadsSnapshot.mostTime
    var python = PythonFrames(in: memory.asTarget)
    let threads = dump.threads.filter { $0.id != faulting }.map { thread in
      var raw = clab_trace()
      if clab_now() < until { memory.unwind(thread.registers, into: &raw) }
      return ThreadTrace(
        id: thread.id, name: name(of: thread.id), trace: (try? Trace(raw)) ?? nil,
        python: python?.of(threadPointer: thread.registers.fs_base)?.frames)
    }
    let (mappings, files) = mappingsToName(
      Array(
        Set(threads.flatMap { $0.trace?.codeAddresses.map(\.programCounter) ?? [] })))
    return ThreadsSnapshot(
      threads: threads, mappings: mappings, files: files,
      images: ImageReport.all(in: memory.mappings, reading: memory.read))
  }

  /// The names of other threads than the main one are in no dump.
  func name(of thread: Int32) -> String {
    remains?.names[thread] ?? (thread == process ? dump.program?.name ?? "" : "")
  }
}

extension Evidence {
  /// Whether the instruction itself gives no reason for a refusal without an address.
  fileprivate var instructionIsInnocent: Bool {
    let instruction = context.flatMap { MachineInstruction($0) }
    switch MachineInstruction.causeOfRefusal(instruction, at: programCounter) {
    case .notTheInstruction: return true
    case .unknown: return instruction != nil
    case .nonCanonical, .refused: return false
    }
  }
}

extension [Mapping] {
  /// Where an access of this size can be refused first: its own beginning, and each mapping that
  /// begins or ends inside it. In ascending order.
  fileprivate func boundaries(from low: Address, size: Int) -> [Address] {
    let high = low.value.addingReportingOverflow(UInt64(clamping: Swift.max(1, size)))
    guard !high.overflow else { return [low] }
    var found: [Address] = [low]
    var index = lastIndex(startingAtOrBelow: low) ?? startIndex
    while index < endIndex, self[index].low.value < high.partialValue {
      for edge in [self[index].low, self[index].high]
      where edge > low && edge.value < high.partialValue && edge != found.last {
        found.append(edge)
      }
      index += 1
    }
    return found
  }
}
