/// What was seen of one trial, from whichever source, and what was made of it.
public struct TrialResult: Sendable, Equatable, Codable {
  /// The name of the case; nil for a foreign program.
  public var `case`: String?
  /// 1 and up, for repeated runs.
  public var attempt: Int
  /// The argument list of a foreign program.
  public var command: [String]?
  public var faults: [Fault] = []
  public var corruption: [Corruption] = []
  public var counters: [String: Int] = [:]
  /// The body of the case came to its end.
  public var finished = false
  public var termination: Termination?
  public var death: DeathEvidence?
  package var timeline: [TrialEvent] = []
  /// The other threads than those of the faults, each where it stood; empty where nobody looked.
  package var threads: [ThreadReport] = []
  /// What was loaded; empty where nobody looked.
  package var images: [ImageReport] = []
  /// What the child had to say beside its messages.
  package var told: String?
  package var instrumentErrors: [InstrumentError] = []
  /// Nil where nothing was expected.
  package var judgement: Judgement?

  public init(case: String? = nil, attempt: Int = 1, command: [String]? = nil) {
    self.case = `case`
    self.attempt = attempt
    self.command = command
  }

  /// Nil where nothing was expected.
  public var verdict: TrialVerdict? { judgement?.verdict }

  /// Whether there is more to tell than that it was ended.
  public var tellsOfCrash: Bool {
    termination?.signal?.isCrash == true || faults.first?.signal.isCrash == true
  }

  /// The same trial with the verdict of this expectation.
  public func judged(by expectation: Expectation) -> TrialResult {
    var result = self
    result.judgement = Judgement.judge(expectation, seen: self)
    return result
  }
}
