extension FaultReport {
  /// Brings together what the dying process said and what was seen of it from outside.
  ///
  /// - Parameter process: the process, to tell who sent a signal.
  package init(
    _ evidence: Evidence, _ photograph: Photograph, machine: Machine, trial process: Int32,
    laboratory: Int32
  ) {
    let site = FaultSite.locate(
      FaultSite.Facts(
        code: evidence.code, address: evidence.address, access: evidence.access,
        stackPointer: evidence.stackPointer, thread: evidence.thread,
        frameAddresses: evidence.trace?.entries.map(\.canonicalFrameAddress) ?? [],
        mappings: photograph.mappings, stacks: photograph.stacks,
        nullLimit: machine.lowestMappable))
    self.init(
      signal: evidence.signal,
      code: evidence.code.description,
      address: evidence.address,
      access: evidence.access,
      programCounter: evidence.programCounter,
      stackPointer: evidence.stackPointer,
      process: ProcessReport(
        id: evidence.process, relation: evidence.process == process ? .trial : .descendant),
      thread: ThreadReport(
        id: evidence.thread, name: photograph.threadName(evidence.thread) ?? "unknown"),
      handled: evidence.handled,
      handler: nil,
      reason: nil,
      sender: evidence.sender.map { Sender($0, trial: process, laboratory: laboratory) },
      site: site,
      surroundings: MemoryRegion.around(
        evidence.address, site: site, mappings: photograph.mappings, stacks: photograph.stacks),
      unwind: evidence.trace.map { UnwindReport($0, evidence: evidence) })
  }
}

extension FaultReport.Sender {
  package init(_ sender: Evidence.Sender, trial process: Int32, laboratory: Int32) {
    let relation =
      switch sender.process {
      case process: "itself"
      case laboratory: "laboratory"
      default: "other"
      }
    self.init(process: sender.process, user: sender.user, relation: relation, name: nil)
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
