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

    package init(
      process: Int32, laboratory: Int32, nullLimit: Address, senderName: String? = nil
    ) {
      self.process = process
      self.laboratory = laboratory
      self.nullLimit = nullLimit
      self.senderName = senderName
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
    let site = FaultSite.locate(
      FaultSite.Facts(
        code: evidence.code, address: evidence.address, access: evidence.access,
        stackPointer: evidence.stackPointer, thread: evidence.thread,
        frameAddresses: evidence.trace?.entries.map(\.canonicalFrameAddress) ?? [],
        mappings: photograph.mappings, stacks: photograph.stacks, nullLimit: context.nullLimit))
    return Fault(
      code: evidence.code, address: evidence.address, access: evidence.access,
      programCounter: evidence.programCounter, stackPointer: evidence.stackPointer,
      process: FaultProcess(
        id: evidence.process,
        relation: evidence.process == context.process ? .trial : .descendant),
      thread: FaultThread(
        id: evidence.thread, name: photograph.threadName(evidence.thread) ?? "unknown"),
      handled: handler?.hasRun ?? evidence.handled, handler: handler, outcome: handler?.outcome,
      sender: evidence.sender.map { FaultSender($0, in: context) }, site: site,
      surroundings: MemoryRegion.around(
        evidence.address, site: site, mappings: photograph.mappings, stacks: photograph.stacks),
      unwind: evidence.trace.map { UnwindReport($0, evidence: evidence) })
  }

  /// A handler ran for it, which knows the kind of access from the processor.
  package mutating func handlerRan(access: Access?) {
    handled = true
    handler?.hasRun = true
    self.access = access
    outcome = nil
  }

  /// The kernel could not deliver the signal and has killed at once.
  package mutating func kernelKilled() {
    handler?.forcedKill = true
    outcome = handler?.outcome
  }
}

extension FaultSender {
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
  package init(_ trace: Trace, evidence: Evidence) {
    self.init(
      by: evidence.source, frameCount: trace.frameCount, complete: trace.isComplete,
      steps: trace.steps, duration: trace.duration, handlerStackUsed: evidence.handlerStackUsed,
      frames: trace.entries.map { FrameReport($0) }, recursion: nil, stackUse: nil)
  }
}

extension FrameReport {
  package init(_ entry: Trace.Entry) {
    self.init(
      index: entry.index, count: entry.count, period: entry.period,
      programCounter: entry.programCounter, symbol: nil, file: nil, line: nil, column: nil,
      image: nil, offset: nil, frameSize: entry.frameSize > 0 ? entry.frameSize : nil,
      inlined: nil)
  }
}
