public import CrashLabModel

extension TrialReport {
  /// Writes a result down, with its words.
  public init(_ result: TrialResult) {
    self.init(
      case: result.case, attempt: result.attempt, command: result.command, verdict: result.verdict,
      reason: result.reason, summary: result.summary,
      message: result.faults.lazy.compactMap(\.abortMessage).first?.inWords,
      mismatches: (result.judgement?.mismatches ?? []).map { mismatch in
        Mismatch(
          mismatch.label, expected: mismatch.expected.inWords, seen: mismatch.seen.inWords)
      },
      faults: result.faults.map { FaultReport($0) }, corruption: result.corruption,
      counters: result.counters.sorted { $0.key < $1.key }.map { Counter(name: $0, value: $1) },
      finished: result.finished, termination: result.termination, death: result.death,
      timeline: result.timeline, signature: CrashSignature(result)?.text,
      threads: result.threads, images: result.images)
  }
}

extension FaultReport {
  package init(_ fault: Fault) {
    self.init(
      signal: fault.signal, code: fault.code.description, address: fault.address,
      access: fault.access, programCounter: fault.programCounter,
      stackPointer: fault.stackPointer, process: fault.process, thread: fault.thread,
      handled: fault.handled, handler: fault.handler, handlerOutcome: fault.outcome,
      reason: fault.outcome?.inWords(fault.signal, fault.handler), sender: fault.sender,
      site: fault.site, surroundings: fault.surroundings, unwind: fault.unwind,
      refusal: fault.refusal, instruction: fault.instruction, signalFrame: fault.signalFrame,
      abortMessage: fault.abortMessage, cause: fault.cause,
      generalRegisters: fault.generalRegisters, stackSizeSource: fault.stackSizeSource,
      source: fault.source, systemCall: fault.systemCall)
  }
}

extension TrialResult {
  /// Why it is not as expected, was skipped, or what the instruments could not do; nil if there is
  /// nothing to say.
  package var reason: String? {
    if let judgement { return judgement.reason }
    return instrumentErrors.isEmpty
      ? nil : instrumentErrors.map(\.inWords).joined(separator: "; ")
  }
}
