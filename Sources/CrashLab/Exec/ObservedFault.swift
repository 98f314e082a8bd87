internal import CHarness
internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// A fault of a foreign program, looked at while the program stood still.
struct ObservedFault {
  var fault: Fault
  private let evidence: Evidence
  var trace: Trace? { evidence.trace }
  let mappings: [Mapping]
  private let files: MappedFiles
  private let signalFrameSize: Int
  /// Of the process.
  let threads: [Photograph.ThreadSeen]

  /// - Parameters:
  ///   - handler: what is known of the program's handler for the signal.
  ///   - setup: what the thread was told of it; nil if it was not asked.
  /// - Throws: SystemError if the process can't be looked at.
  init(
    _ pending: PendingSignal, handler: HandlerFacts, setup: SignalSetup? = nil, machine: Machine
  ) throws(SystemError) {
    var evidence = pending.evidence
    evidence.trace = pending.unwound()
    var photograph = try Photograph.take(of: evidence.thread, claims: [], machine: machine)
    let block = controlBlock(of: evidence.thread)
    let layout = try Layout.look(
      at: evidence.thread,
      pointers: [evidence.thread: evidence.addressInStack(in: photograph.mappings)],
      controlBlocks: block.map { [evidence.thread: $0] } ?? [:],
      leader: evidence.process, machine: machine)
    photograph.stacks = layout.uses.map(\.stack.region)
    let memory = TargetMemory(of: evidence.thread, mappings: photograph.mappings)
    if let told = setup?.alternateStack
      ?? evidence.trace?.alternateStack(of: evidence.thread, words: memory.words)
    {
      photograph.stacks = StackRegion.adding(
        told, to: photograph.stacks, mappings: photograph.mappings)
    }
    var handler = handler
    handler.add(setup, mappings: photograph.mappings, frameNeeds: machine.minimumSignalStack)
    let sender = evidence.sender.flatMap { readSmallFile("/proc/\($0.process)/comm") }
    fault = Fault.assemble(
      evidence, photograph, handler: handler,
      in: .init(
        process: evidence.process, laboratory: clab_observer_who_passes_on(),
        nullLimit: machine.lowestMappable,
        senderName: sender.map { String($0.prefix { $0 != "\n" }) },
        instruction: evidence.instruction, signalFrameSize: machine.minimumSignalStack,
        controlBlock: block,
        findings: MemoryFindings(of: evidence, in: memory),
        stackLimit: pending.stackLimitAtStart
          ?? StackSizeSource.ResourceLimit(of: evidence.process)))
    if fault.growthIsUnexplained, let left = addressSpaceLeft(to: evidence.process) {
      fault.addressSpaceLeft(left, in: photograph.mappings)
    }
    self.evidence = evidence
    signalFrameSize = machine.minimumSignalStack
    mappings = photograph.mappings
    files = MappedFiles(
      holding: (evidence.trace?.codeAddresses.map(\.programCounter) ?? []) + fault.codePointers,
      in: mappings, of: evidence.thread)
    threads = photograph.threads
  }

  /// A fault whose handler ran.
  init(handled pending: PendingSignal, as outcome: Fault.HandlerOutcome?, machine: Machine)
    throws(SystemError)
  {
    try self.init(
      pending, handler: HandlerFacts(isCaught: true, hasRun: true), machine: machine)
    fault.outcome = outcome
  }

  /// Whether it came as the kernel had just called the handler of this signal.
  func isCall(ofHandlerFor other: PendingSignal) -> Bool {
    evidence.isCall(ofHandlerFor: other.evidence)
  }

  /// Whether the kernel may have forced this signal, as it could not deliver another: no instruction
  /// explains it.
  var isUndelivered: Bool {
    fault.code.isKernel && (fault.refusal == .signalFrame || fault.refusal == .unknown)
  }

  /// The kernel answered with SI_KERNEL at the same place: it found no room for the handler's frame,
  /// unless the instruction raises just this once more, as the handler has restored the default.
  mutating func wasRefused() {
    fault.kernelKilled()
    if fault.mayBeRaisedAgain(in: mappings, frameNeeds: signalFrameSize) { fault.raisedAgain() }
  }

  /// The fault, its frames named. The process may be gone.
  func named(with symbolicator: Symbolicator) -> Fault {
    var fault = fault
    if let trace { fault.name(trace, in: mappings, files: files, with: symbolicator) }
    fault.nameException(with: symbolicator)
    return fault
  }
}
