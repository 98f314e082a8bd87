/// What the laboratory makes of an observation. Pure: it reads no file and knows no process.
package struct Judgement: Sendable, Equatable {
  package var verdict: TrialReport.Verdict
  package var mismatches: [TrialReport.Mismatch]
  package var reason: String?

  package init(verdict: TrialReport.Verdict, mismatches: [TrialReport.Mismatch], reason: String?) {
    self.verdict = verdict
    self.mismatches = mismatches
    self.reason = reason
  }

  /// Holds what was seen against what must be seen.
  package static func judge(_ expectation: Expectation, seen: Observation) -> Judgement {
    if let trouble = seen.troubles.first ?? disagreement(seen) {
      return Judgement(verdict: .laboratoryError, mismatches: [], reason: trouble)
    }
    let mismatches =
      endingMismatches(expectation.ending, seen)
      + faultMismatches(expectation.faults, seen.faults)
      + corruptionMismatches(expectation.corruption, seen.corruption)
      + counterMismatches(expectation.counters, seen.counters)
      + deathMismatches(expectation.ending, seen)
    return Judgement(
      verdict: mismatches.isEmpty ? .asExpected : .notAsExpected, mismatches: mismatches,
      reason: mismatches.first.map { "\($0.what): expected \($0.expected), saw \($0.seen)" })
  }

  private static func disagreement(_ seen: Observation) -> String? {
    guard let termination = seen.termination, let death = seen.death else {
      return "the trial ended without evidence of its end"
    }
    return death.contradiction(with: termination)
  }

  // MARK: - How it ended

  private static func endingMismatches(
    _ expected: Expectation.Ending, _ seen: Observation
  ) -> [TrialReport.Mismatch] {
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
    return [
      .init(
        "ending", expected: expected.inWords,
        seen: (seen.termination?.inWords ?? "no end")
          + (seen.finished ? ", after the body's end" : ""))
    ]
  }

  private static func deathMismatches(
    _ expected: Expectation.Ending, _ seen: Observation
  ) -> [TrialReport.Mismatch] {
    guard let death = seen.death else { return [] }
    var mismatches: [TrialReport.Mismatch] = []
    let mustDie = if case .killed = expected { true } else { false }
    if death.processDied != mustDie {
      mismatches.append(
        .init("the whole process died", expected: "\(mustDie)", seen: "\(death.processDied)"))
    }
    if expected == .survives && death.bystanders > 0 && !death.beats.wereBeating {
      mismatches.append(
        .init(
          "bystanders", expected: "beating at the body's end",
          seen: "\(death.beats.before) before, \(death.beats.parked) after the bell"))
    }
    return mismatches
  }

  // MARK: - What faulted

  private static func faultMismatches(
    _ expected: [FaultExpectation], _ seen: [FaultReport]
  ) -> [TrialReport.Mismatch] {
    guard expected.count == seen.count else {
      return [
        .init(
          "faults", expected: expected.isEmpty ? "none" : "\(expected.count)",
          seen: seen.isEmpty
            ? "none" : "\(seen.count): " + seen.map { $0.inWords }.joined(separator: "; "))
      ]
    }
    return zip(expected, seen).enumerated().flatMap { index, pair in
      pair.0.mismatches(with: pair.1, label: expected.count > 1 ? "fault \(index + 1) " : "")
    }
  }

  // MARK: - What was written over

  private static func corruptionMismatches(
    _ expected: [CorruptionExpectation], _ seen: [Corruption]
  ) -> [TrialReport.Mismatch] {
    guard expected.count == seen.count else {
      return [
        .init(
          "corruption", expected: expected.isEmpty ? "none" : "\(expected.count) canaries changed",
          seen: seen.isEmpty ? "none" : seen.map(\.inWords).joined(separator: "; "))
      ]
    }
    return zip(expected, seen).flatMap { expected, seen in
      var check = Comparison()
      check.equal("what was overwritten", expected.what, seen.what)
      check.equal("whose it was", expected.owner, seen.owner)
      check.within("bytes changed", expected.bytesChanged, seen.bytesChanged)
      check.within("bytes below the stack limit", expected.belowStackLimit, seen.belowStackLimit)
      return check.mismatches
    }
  }

  private static func counterMismatches(
    _ expected: [String: ClosedRange<Int>], _ seen: [String: Int]
  ) -> [TrialReport.Mismatch] {
    var check = Comparison()
    for (name, range) in expected.sorted(by: { $0.key < $1.key }) {
      check.within(name, range, seen[name])
    }
    return check.mismatches
  }
}

extension FaultExpectation {
  package func mismatches(with seen: FaultReport, label: String) -> [TrialReport.Mismatch] {
    var check = Comparison(label: label)
    check.equal("signal", signal, seen.signal)
    check.equal("si_code", code.map { SignalCode($0, of: signal).description }, seen.code)
    check.equal("access", access?.rawValue, seen.access?.rawValue)
    check.equal("handler ran", handled, seen.handled)
    if let reason, !(seen.reason?.contains(reason) ?? false) {
      check.differ("why no handler ran", expected: reason, seen: seen.reason ?? "not said")
    }
    check.equal("sender", sender, seen.sender?.relation)
    check.equal("process", process.rawValue, seen.process.relation.rawValue)
    site.compare(with: seen.site, in: &check)
    // A trace that was cut off is the laboratory's failure to see, whatever frames it holds.
    if let unwind = seen.unwind, !unwind.complete {
      check.differ(
        "the trace", expected: "complete", seen: "cut off after \(unwind.frameCount) frames")
    }
    if let missing = firstMissingFrame(in: seen) {
      check.differ("frames", expected: frames.joined(separator: " < "), seen: missing)
    }
    if let period, !(seen.unwind?.frames.contains { $0.period == period && $0.count > 1 } ?? false)
    {
      check.differ(
        "period of the recursion", expected: "\(period)",
        seen: "\(Set(seen.unwind?.frames.map(\.period) ?? []).sorted())")
    }
    return check.mismatches
  }

  /// The expected frames must appear in order; others may lie between. Where a round was folded,
  /// its frames come as often as they did in the trace, or as can matter: the fold may begin
  /// anywhere in the round.
  private func firstMissingFrame(in seen: FaultReport) -> String? {
    if frames.isEmpty { return nil }
    let symbols = (seen.unwind?.frames ?? []).unfolded(atMost: frames.count).flatMap(\.symbols)
    var rest = symbols[...]
    for frame in frames {
      guard let found = rest.firstIndex(where: { $0.contains(frame) }) else {
        return "no \(frame) in " + symbols.prefix(12).joined(separator: " < ")
      }
      rest = rest[(found + 1)...]
    }
    return nil
  }
}

extension SiteExpectation {
  fileprivate func compare(with seen: FaultSite, in check: inout Comparison) {
    check.equal("fault site", kind.rawValue, seen.kind.rawValue)
    if let owner {
      check.equal("whose stack", owner.inWords, seen.owner?.inWords)
    }
    check.equal("kind of guard", guardKind?.rawValue, seen.guard?.kind.rawValue)
    check.equal("guard size", guardSize, seen.guard?.size)
    check.within("stack size", stackSize, seen.stackSize)
    check.within("overshoot", overshoot, seen.overshoot)
    check.within("bytes skipped", skipped, seen.skipped)
    if let mapping, !(seen.mapping?.contains(mapping) ?? false) {
      check.differ("mapping", expected: mapping, seen: seen.mapping ?? "none")
    }
  }
}

/// Collects what differs. An expectation that is nil holds of anything.
private struct Comparison {
  var label = ""
  private(set) var mismatches: [TrialReport.Mismatch] = []

  init(label: String = "") { self.label = label }

  mutating func differ(_ what: String, expected: String, seen: String) {
    mismatches.append(.init(label + what, expected: expected, seen: seen))
  }

  mutating func equal<Value: Equatable>(_ what: String, _ expected: Value?, _ seen: Value?) {
    guard let expected, expected != seen else { return }
    differ(what, expected: "\(expected)", seen: seen.map { "\($0)" } ?? "none")
  }

  mutating func within(_ what: String, _ expected: ClosedRange<Int>?, _ seen: Int?) {
    guard let expected else { return }
    if let seen, expected.contains(seen) { return }
    differ(what, expected: expected.inWords, seen: seen.map(String.init) ?? "none")
  }
}
