/// What was seen of one trial, from whichever source.
package struct Observation: Sendable {
  package var faults: [FaultReport] = []
  package var corruption: [Corruption] = []
  package var counters: [String: Int] = [:]
  package var termination: Termination?
  package var death: DeathEvidence?
  /// What the child had to say beside its messages.
  package var told: String?
  /// The body came to its end.
  package var finished = false
  /// What went wrong with the instruments, not with the case.
  package var troubles: [String] = []

  package init() {}
}

extension Observation {
  /// What a report says was seen: a report can be judged again, against another expectation.
  package init(_ report: TrialReport) {
    faults = report.faults
    corruption = report.corruption
    counters = Dictionary(report.counters.map { ($0.name, $0.value) }) { first, _ in first }
    termination = report.termination
    death = report.death
    finished = report.finished
    troubles = report.verdict == .laboratoryError ? [report.reason ?? "unknown"] : []
  }
}
