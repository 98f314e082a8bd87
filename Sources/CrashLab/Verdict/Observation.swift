/// What was seen of one trial, from whichever source.
public struct Observation: Sendable {
  public var faults: [FaultReport] = []
  public var corruption: [Corruption] = []
  public var counters: [String: Int] = [:]
  public var termination: Termination?
  public var death: DeathEvidence?
  /// What the child had to say beside its messages.
  public var told: String?
  /// The body came to its end.
  public var finished = false
  /// What went wrong with the instruments, not with the case.
  public var troubles: [String] = []

  public init() {}
}

extension Observation {
  /// What a report says was seen: a report can be judged again, against another expectation.
  public init(_ report: TrialReport) {
    faults = report.faults
    corruption = report.corruption
    counters = Dictionary(report.counters.map { ($0.name, $0.value) }) { first, _ in first }
    termination = report.termination
    death = report.death
    finished = report.finished
    troubles = report.verdict == .laboratoryError ? [report.reason ?? "unknown"] : []
  }
}
