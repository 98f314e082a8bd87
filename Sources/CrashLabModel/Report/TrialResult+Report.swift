extension TrialResult {
  /// What a report says was seen: a report can be judged again, against another expectation.
  package init(_ report: TrialReport) {
    self.init(case: report.case, attempt: report.attempt, command: report.command)
    faults = report.faults.map { Fault($0) }
    corruption = report.corruption
    counters = Dictionary(report.counters.map { ($0.name, $0.value) }) { first, _ in first }
    finished = report.finished
    termination = report.termination
    death = report.death
    timeline = report.timeline
    threads = report.threads ?? []
    images = report.images ?? []
    if report.verdict == .laboratoryError {
      instrumentErrors = [.told(report.reason ?? "unknown")]
    }
  }
}

extension Fault {
  package init(_ report: FaultReport) {
    self.init(
      code: SignalCode(named: report.code, of: report.signal)
        ?? SignalCode(.max, of: report.signal),
      address: report.address, access: report.access, programCounter: report.programCounter,
      stackPointer: report.stackPointer, process: report.process, thread: report.thread,
      handled: report.handled, handler: report.handler, outcome: report.handlerOutcome,
      sender: report.sender, site: report.site, surroundings: report.surroundings,
      unwind: report.unwind, refusal: report.refusal, instruction: report.instruction,
      signalFrame: report.signalFrame, abortMessage: report.abortMessage, cause: report.cause,
      generalRegisters: report.generalRegisters, stackSizeSource: report.stackSizeSource,
      source: report.source, systemCall: report.systemCall)
  }
}
