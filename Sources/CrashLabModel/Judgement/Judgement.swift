/// What the laboratory makes of a trial. Pure: it reads no file and knows no process.
package struct Judgement: Sendable, Equatable, Codable {
  package var verdict: TrialVerdict
  package var mismatches: [Mismatch]
  /// Why a case was skipped.
  package var skip: SkipReason?
  /// Why nothing was measured.
  package var instrumentError: InstrumentError?

  package init(
    verdict: TrialVerdict, mismatches: [Mismatch] = [], skip: SkipReason? = nil,
    instrumentError: InstrumentError? = nil
  ) {
    self.verdict = verdict
    self.mismatches = mismatches
    self.skip = skip
    self.instrumentError = instrumentError
  }

  package static func skipped(_ reason: SkipReason) -> Judgement {
    Judgement(verdict: .skipped, skip: reason)
  }

  /// Compares what was seen with what must be seen.
  package static func judge(_ expectation: Expectation, seen: TrialResult) -> Judgement {
    if let error = seen.instrumentErrors.first ?? contradiction(in: seen) {
      return Judgement(verdict: .laboratoryError, instrumentError: error)
    }
    let mismatches =
      endingMismatches(expectation.ending, seen)
      + faultMismatches(expectation.faults, seen.faults)
      + corruptionMismatches(expectation.corruption, seen.corruption)
      + counterMismatches(expectation.counters, seen.counters)
      + deathMismatches(expectation.ending, seen)
    if let missing = namesToBlame(for: mismatches, seen.faults) {
      return Judgement(verdict: .laboratoryError, instrumentError: .namesNotRead(missing))
    }
    return Judgement(
      verdict: mismatches.isEmpty ? .asExpected : .notAsExpected, mismatches: mismatches)
  }

  /// What was not read, if nothing but names differs, and none of them but might be as expected.
  private static func namesToBlame(
    for mismatches: [Mismatch], _ faults: [Fault]
  ) -> MissingNames? {
    var first: MissingNames?
    for mismatch in mismatches {
      guard mismatch.what == .frames,
        let missing = faults[(mismatch.fault ?? 1) - 1].unwind?.missingNames?
          .first(where: \.reason.isOfReader)
      else { return nil }
      first = first ?? missing
    }
    return first
  }

  private static func contradiction(in seen: TrialResult) -> InstrumentError? {
    guard seen.termination != nil else { return .noEnd }
    // A program that came to its end by itself was not looked at.
    guard let death = seen.death else { return seen.command == nil ? .noEnd : nil }
    return death.contradiction
  }

  // MARK: - How it ended

  private static func endingMismatches(
    _ expected: Expectation.Ending, _ seen: TrialResult
  ) -> [Mismatch] {
    let agrees =
      switch (expected, seen.termination) {
      case (.killed(let signal), let end?): end.kind == .signal && end.signal == signal
      case (.survives, let end?): end.kind == .exit && end.exitStatus == 0 && seen.finished
      case (.exits(let status), let end?):
        end.kind == .exit && end.exitStatus == status && !seen.finished
      case (.deadline, let end?): end.kind == .deadline
      case (_, nil): false
      }
    if agrees { return [] }
    let end = seen.termination.map { Mismatch.Value.termination($0, afterBodyEnd: seen.finished) }
    return [Mismatch(.ending, expected: .ending(expected), seen: end ?? .none)]
  }

  private static func deathMismatches(
    _ expected: Expectation.Ending, _ seen: TrialResult
  ) -> [Mismatch] {
    guard let death = seen.death else { return [] }
    var mismatches: [Mismatch] = []
    let mustDie = if case .killed = expected { true } else { false }
    if death.processDied != mustDie {
      mismatches.append(
        Mismatch(.processDied, expected: .flag(mustDie), seen: .flag(death.processDied)))
    }
    if expected == .survives && death.bystanders > 0 && !death.beats.wereBeating {
      mismatches.append(
        Mismatch(
          .bystanders, expected: .beating,
          seen: .beats(before: death.beats.before, parked: death.beats.parked)))
    }
    return mismatches
  }

  // MARK: - What faulted

  private static func faultMismatches(
    _ expected: [FaultExpectation], _ seen: [Fault]
  ) -> [Mismatch] {
    guard expected.count == seen.count else {
      return [
        Mismatch(
          .faults, expected: expected.isEmpty ? .none : .number(expected.count),
          seen: seen.isEmpty ? .none : .faults(seen))
      ]
    }
    return zip(expected, seen).enumerated().flatMap { index, pair in
      pair.0.mismatches(with: pair.1, fault: expected.count > 1 ? index + 1 : nil)
    }
  }

  // MARK: - What was written over

  private static func corruptionMismatches(
    _ expected: [Expectation.Canary], _ seen: [Corruption]
  ) -> [Mismatch] {
    guard expected.count == seen.count else {
      return [
        Mismatch(
          .corruption, expected: expected.isEmpty ? .none : .number(expected.count),
          seen: seen.isEmpty ? .none : .corruption(seen))
      ]
    }
    return zip(expected, seen).flatMap { expected, seen in
      var check = Comparison()
      check.equal(.overwritten, expected.what, seen.what)
      check.equal(.overwrittenOwner, expected.owner, seen.owner)
      check.within(.bytesChanged, expected.bytesChanged, seen.bytesChanged)
      check.within(.belowStackLimit, expected.belowStackLimit, seen.belowStackLimit)
      return check.mismatches
    }
  }

  private static func counterMismatches(
    _ expected: [String: ClosedRange<Int>], _ seen: [String: Int]
  ) -> [Mismatch] {
    var check = Comparison()
    for (name, range) in expected.sorted(by: { $0.key < $1.key }) {
      check.within(.counter(name), range, seen[name])
    }
    return check.mismatches
  }
}

/// Why a case was not run.
package enum SkipReason: Sendable, Equatable, Codable {
  /// The kernel is older than the case needs.
  case kernel(major: Int, minor: Int, why: String, is: String)
  case architecture(String, why: String, is: String)
  /// Guards that maps does not show can't be made here, or not be seen.
  case guardPages(GuardPages)
  /// Whoever sends a signal is not told here.
  case senders
  /// The case is traced, and tracing is refused.
  case tracing(SystemError)
  /// The child found out; its own words.
  case told(String)

  package enum GuardPages: String, Sendable, Codable { case made, seen }
}
