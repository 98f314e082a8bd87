extension Fault {
  /// What a source knows beside the evidence and the photograph.
  package struct Context: Sendable {
    /// The process that is looked at, to tell who sent a signal and whose fault it is.
    package var process: Int32
    /// The process that looks; 0 if there is none.
    package var laboratory: Int32
    /// Addresses below this are a null pointer with an offset (vm.mmap_min_addr).
    package var nullLimit: Address
    /// Of the program that sent the signal; nil if nobody looked, or it is gone.
    package var senderName: String?
    /// At the program counter; nil if it could not be read or decoded.
    package var instruction: MachineInstruction?
    /// AT_MINSIGSTKSZ: bytes that the kernel's signal frame needs; 0 where it does not tell.
    package var signalFrameSize: Int
    /// The C library's block of the thread, which lies at the top of its stack; nil if not known.
    package var controlBlock: Address?
    package var findings: MemoryFindings
    /// Of the process.
    package var stackLimit: StackSizeSource.ResourceLimit

    package init(
      process: Int32, laboratory: Int32, nullLimit: Address, senderName: String? = nil,
      instruction: MachineInstruction? = nil, signalFrameSize: Int = 0,
      controlBlock: Address? = nil, findings: MemoryFindings = MemoryFindings(),
      stackLimit: StackSizeSource.ResourceLimit = .unknown
    ) {
      self.findings = findings
      self.stackLimit = stackLimit
      self.controlBlock = controlBlock
      self.process = process
      self.laboratory = laboratory
      self.nullLimit = nullLimit
      self.senderName = senderName
      self.instruction = instruction
      self.signalFrameSize = signalFrameSize
    }
  }

  /// Makes a fault of what the dying process said, what was seen of it from outside, and what is
  /// known of its handler: the same for every source.
  ///
  /// - `handler`: nil where nobody looked from outside.
  package static func assemble(
    _ evidence: Evidence, _ photograph: Photograph, handler: HandlerFacts? = nil,
    in context: Context
  ) -> Fault {
    let access = evidence.access(in: photograph.mappings, context.instruction)
    var photograph = photograph
    photograph.stacks.confirmTops(by: evidence.trace)
    var facts = FaultSite.Facts(
      code: evidence.code, address: evidence.address, access: access,
      stackPointer: evidence.stackPointer, thread: evidence.thread,
      frameAddresses: evidence.trace?.framesOnFirstStack ?? [],
      mappings: photograph.mappings, stacks: photograph.stacks, nullLimit: context.nullLimit)
    if evidence.isRefused {
      facts.refusal =
        evidence.code.isMisaligned
        ? MachineInstruction.misalignment(of: context.instruction)
        : MachineInstruction.causeOfRefusal(context.instruction, at: evidence.programCounter)
      facts.signalFrame = SignalFrame.missing(
        cause: facts.refusal, delivering: evidence.delivering, stackPointer: evidence.stackPointer,
        stack: FaultSite.stackInUse(facts), frameSize: context.signalFrameSize)
    }
    facts.pops = context.instruction?.pops == true && access == .read
    facts.probes = context.instruction?.probesStack(at: evidence.address) == true
    let site = FaultSite.locate(facts)
    let address =
      facts.signalFrame.map { $0.low(below: evidence.stackPointer) } ?? evidence.address
    let cause = FaultCause.Facts(
      site: site.kind, address: address, access: access,
      programCounter: evidence.programCounter, instruction: context.instruction,
      wordBelowStack: context.findings.wordBelowStack,
      isBehindHandler: context.findings.isBehindHandler,
      isCalled: evidence.trace?.entries.first?.isUnfetched == true,
      mappings: photograph.mappings)
    return Fault(
      code: evidence.code, address: address,
      access: facts.signalFrame == nil ? access : .write,
      programCounter: evidence.programCounter, stackPointer: evidence.stackPointer,
      process: Fault.Process(
        id: evidence.process,
        relation: evidence.process == context.process ? .trial : .descendant),
      thread: Fault.Thread(
        id: evidence.thread, name: photograph.threadName(evidence.thread) ?? "unknown"),
      handled: handler?.hasRun ?? evidence.handled, handler: handler, outcome: handler?.outcome,
      sender: evidence.sender.map { Fault.Sender($0, in: context) }, site: site,
      surroundings: MemoryRegion.around(
        address, site: site, mappings: photograph.mappings, stacks: photograph.stacks),
      unwind: evidence.trace.map {
        UnwindReport(
          $0, evidence: evidence, site: site, controlBlock: context.controlBlock,
          python: context.findings.python)
      },
      refusal: evidence.isRefused ? Refusal(facts) : nil,
      instruction: evidence.hasExecuted(with: access)
        ? context.instruction.map {
          Fault.Instruction($0, of: evidence, access: access, cause: facts.refusal)
        }
        : nil, signalFrame: facts.signalFrame, abortMessage: context.findings.abortMessage,
      cause: evidence.isFault ? FaultCause.judge(cause) : nil,
      generalRegisters: evidence.context.map {
        RegisterReport.all(
          $0.registers, stackPointer: evidence.stackPointer, in: photograph,
          texts: context.findings.texts)
      },
      stackSizeSource: StackSizeSource.judge(
        site, images: photograph.mappings.lazy.map(\.path), limit: context.stackLimit),
      systemCall: evidence.systemCall)
  }

  /// A handler ran for it, which knows the kind of access from the processor.
  package mutating func handlerRan(access: Access?) {
    handled = true
    handler?.hasRun = true
    self.access = access
    outcome = nil
  }

  /// It came while a handler of the same signal was at work.
  ///
  /// - Parameter isBlocked: it is blocked there for certain.
  package mutating func isInsideHandler(isBlocked: Bool) {
    handler?.isInstalled = true
    handler?.isInHandler = isBlocked
    outcome = handler?.outcome
  }

  /// Its handler was called, and nothing of it could be executed.
  package mutating func handlerWasNoCode() {
    handled = false
    handler?.hasRun = false
    outcome = .notExecutable
  }

  /// The thread had it blocked, as it was inside the handler of another signal.
  package mutating func wasBlocked() {
    handler?.isBlocked = true
    outcome = handler?.outcome
  }

  /// The kernel has forced it, as it could not deliver the signal before.
  package mutating func isForced() { if refusal == .unknown { refusal = .signalFrame } }

  /// Its handler has restored the default, and the instruction has raised it once more.
  package mutating func raisedAgain() {
    handled = true
    handler?.hasRun = true
    handler?.forcedKill = false
    outcome = .raisedAgain
  }

  /// A fault that the kernel tells by SI_KERNEL looks like a forced kill when it comes once more.
  /// Whether a frame of its handler would have found room, on whatever stack it was to be.
  package func mayBeRaisedAgain(in mappings: [Mapping], frameNeeds: Int) -> Bool {
    guard code.isKernel, refusal != .signalFrame, refusal != .unknown else { return false }
    switch outcome {
    case .alternateStackRefused: return true
    case .notOnAlternateStack, .noAlternateStack, .noRoom:
      let needed = UInt64(clamping: SignalFrame.redZone + frameNeeds)
      guard stackPointer.value > needed,
        let stack = mappings.holding(Address(stackPointer.value - 1))
      else { return false }
      return stack.permissions.contains(.write)
        && stack.low.value <= stackPointer.value - needed
    default: return false
    }
  }

  /// The main stack could not grow to where it was accessed, and no mapping is in the way.
  package var growthIsUnexplained: Bool {
    guard site.kind == .mainStackLimit, site.mapping == nil else { return false }
    return site.stackLimit == nil || (site.overshoot ?? 0) < 0
  }

  /// What the process could still map, which explains a growth that was refused (mm/vma.c,
  /// acct_stack_growth).
  ///
  /// - Parameters:
  ///   - left: of RLIMIT_AS, in bytes.
  ///   - mappings: in ascending order.
  package mutating func addressSpaceLeft(_ left: UInt64, in mappings: [Mapping]) {
    guard growthIsUnexplained,
      let stack = mappings.last(where: { $0.path == "[stack]" }), address < stack.low,
      // It grows by whole pages.
      stack.low.value - (address.value & ~0xfff) > left
    else { return }
    stackSizeSource = .addressSpaceLimit
  }

  /// The kernel could not deliver the signal and has killed at once.
  package mutating func kernelKilled() {
    handler?.forcedKill = true
    outcome = handler?.outcome
  }
}

extension Fault.Sender {
  fileprivate init(_ sender: Evidence.Sender, in context: Fault.Context) {
    let relation: Relation =
      switch sender.process {
      case context.process: .itself
      case context.laboratory: .laboratory
      default: .other
      }
    self.init(
      process: sender.process, user: sender.user, relation: relation, name: context.senderName)
  }
}

extension UnwindReport {
  package init(
    _ trace: Trace, evidence: Evidence, site: FaultSite, controlBlock: Address? = nil,
    python: PythonStack? = nil
  ) {
    self.init(
      by: evidence.source, frameCount: trace.frameCount, complete: trace.isComplete,
      steps: trace.steps, duration: trace.duration, handlerStackUsed: evidence.handlerStackUsed,
      frames: trace.entries.map { UnwindReport.Frame($0) },
      threadBlockSize: trace.bytesAboveFrames(site: site, controlBlock: controlBlock),
      python: python?.frames, pythonStackUsed: python?.used)
  }
}

extension Trace {
  /// The bytes between the outermost frame and the top of a thread's stack: its static thread-local
  /// storage and its control block. Nil where one of the two is not known, or no block lies there.
  package func bytesAboveFrames(site: FaultSite, controlBlock: Address?) -> Int? {
    guard isComplete, site.owner?.kind == .thread, let limit = site.stackLimit,
      let size = site.stackSize, let outermost = entries.last?.canonicalFrameAddress,
      let controlBlock
    else { return nil }
    let top = Address(limit.value &+ UInt64(clamping: size))
    guard limit <= outermost, outermost <= controlBlock, controlBlock < top else { return nil }
    return Int(clamping: top.value - outermost.value)
  }
}

extension [StackRegion] {
  fileprivate mutating func confirmTops(by trace: Trace?) {
    for index in indices where !self[index].isTopKnown && trace?.begins(in: self[index]) == true {
      self[index].isTopKnown = true
    }
  }
}

extension Evidence {
  /// The kernel says SI_KERNEL for a fault of memory, or tells no address of one that is misaligned.
  package var isRefused: Bool {
    code.isKernel && (signal == .segv || signal == .bus) || code.isMisaligned && address.value == 0
  }

  /// The kind of access, where it was told by the instruction only: code that may not be executed
  /// can be read all the same, and what stands there is not what was done. Where it reads and writes
  /// by two operands, it reads first.
  fileprivate func access(in mappings: [Mapping], _ instruction: MachineInstruction?) -> Access? {
    guard source != .handler, !code.isKernel else { return access }
    guard access != nil else {
      guard instruction?.touchesTwice(address) == true, code.signal == .segv else { return nil }
      if code.number == 1 { return .read }
      let mayBeRead = mappings.holding(address)?.permissions.contains(.read)
      return mayBeRead.map { $0 ? .write : .read }
    }
    guard address == programCounter, let mapping = mappings.holding(address),
      !mapping.permissions.contains(.execute)
    else { return access }
    return .execute
  }
}

extension Refusal {
  /// Nil for an address that is none: that is a fault site.
  fileprivate init?(_ facts: FaultSite.Facts) {
    if facts.signalFrame != nil {
      self = .signalFrame
      return
    }
    switch facts.refusal {
    case .nonCanonical: return nil
    case .refused(let refusal, _): self = refusal
    case .notTheInstruction, .unknown: self = .unknown
    }
  }
}

extension Evidence {
  /// Whether the instruction at the program counter has something to do with it: a signal that was
  /// sent met it by chance, and what can't be fetched was not executed.
  fileprivate func hasExecuted(with access: Access?) -> Bool {
    // A breakpoint, a step and a system call lie before the program counter.
    !code.isSent && !(access == .execute && address == programCounter)
      && signal != .trap && signal != .sys
  }
}

extension Fault.Instruction {
  fileprivate init(
    _ instruction: MachineInstruction, of evidence: Evidence, access: Access?, cause: RefusalCause
  ) {
    let operand: Address? =
      switch cause {
      case .nonCanonical(let address): address
      case .refused(_, let address?): address
      default:
        instruction.operand(at: evidence.address, access: access)?.address
          ?? (instruction.operands.count == 1 ? instruction.operands[0].address : nil)
      }
    self.init(text: instruction.text, operandAddress: operand)
  }
}
