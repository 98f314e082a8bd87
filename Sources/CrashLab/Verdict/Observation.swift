/// What was seen of one trial, from whichever source.
public struct Observation: Sendable {
  public var faults: [FaultReport] = []
  public var corruption: [Corruption] = []
  public var counters: [String: Int] = [:]
  public var termination: Termination?
  public var death: DeathEvidence?
  /// The body came to its end.
  public var finished = false
  /// What went wrong with the instruments, not with the case.
  public var troubles: [String] = []

  public init() {}
}
