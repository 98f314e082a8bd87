internal import CrashLabModel

extension TrialReport {
  init(
    _ planned: PlannedTrial, judgement: Judgement, seen: Observation, timeline: [Event]
  ) {
    self.init(
      case: planned.case.name, attempt: planned.attempt, command: nil,
      verdict: judgement.verdict, reason: judgement.reason,
      summary: judgement.verdict == .skipped
        ? "skipped: \(judgement.reason ?? "")" : TrialReport.summary(of: seen),
      mismatches: judgement.mismatches, faults: seen.faults, corruption: seen.corruption,
      counters: seen.counters.sorted { $0.key < $1.key }.map { Counter(name: $0, value: $1) },
      finished: seen.finished, termination: seen.termination, death: seen.death, timeline: timeline)
  }

  /// The report of a foreign program: there is no expectation to judge it by.
  init(command: [String], seen: Observation, timeline: [Event]) {
    self.init(
      case: nil, attempt: 1, command: command, verdict: nil,
      reason: seen.troubles.isEmpty ? nil : seen.troubles.joined(separator: "; "),
      summary: TrialReport.summary(of: seen), mismatches: [], faults: seen.faults,
      corruption: [],
      counters: seen.counters.sorted { $0.key < $1.key }
        .map { Counter(name: $0, value: $1) },
      finished: false, termination: seen.termination, death: seen.death, timeline: timeline)
  }

  /// The report of a case that this machine can't run.
  init(skipped planned: PlannedTrial, reason: String) {
    self.init(
      planned, judgement: Judgement(verdict: .skipped, mismatches: [], reason: reason),
      seen: Observation(), timeline: [])
  }
}
