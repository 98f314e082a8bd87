/// A whole run: the machine, every trial, and the sum. Schema 1.
public struct RunReport: Sendable, Codable {
  public static let schemaVersion = 1

  public var schemaVersion: Int
  public var machine: Machine
  public var trials: [TrialReport]
  public var summary: Summary

  public init(machine: Machine, trials: [TrialReport], duration: Double) {
    self.schemaVersion = RunReport.schemaVersion
    self.machine = machine
    self.trials = trials
    self.summary = Summary(trials: trials, duration: duration)
  }

  public func json() throws -> String { try JSON.text(of: self) + "\n" }

  public struct Summary: Sendable, Codable, Equatable {
    public var asExpected: Int
    public var notAsExpected: Int
    public var skipped: Int
    public var laboratoryErrors: Int
    /// Microseconds.
    public var duration: Double

    public init(trials: some Sequence<TrialReport>, duration: Double) {
      self.init(duration: duration)
      for trial in trials { add(trial.verdict) }
    }

    public init(duration: Double = 0) {
      asExpected = 0
      notAsExpected = 0
      skipped = 0
      laboratoryErrors = 0
      self.duration = duration
    }

    public mutating func add(_ verdict: TrialReport.Verdict?) {
      switch verdict {
      case .asExpected: asExpected += 1
      case .notAsExpected: notAsExpected += 1
      case .skipped: skipped += 1
      case .laboratoryError: laboratoryErrors += 1
      case nil: break
      }
    }

    public var total: Int { asExpected + notAsExpected + skipped + laboratoryErrors }
  }
}

/// The file of one trial in a run folder: one element of `trials`, with what it needs to stand alone.
package struct TrialFile: Sendable, Codable {
  package var schemaVersion: Int
  package var machine: Machine
  package var trial: TrialReport

  package init(machine: Machine, trial: TrialReport) {
    self.schemaVersion = RunReport.schemaVersion
    self.machine = machine
    self.trial = trial
  }

  // The trial's keys stand beside the other two, not below a key of their own.
  private enum CodingKeys: CodingKey { case schemaVersion, machine }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    schemaVersion = try container.decode(Int.self, forKey: .schemaVersion)
    guard schemaVersion == RunReport.schemaVersion else {
      throw DecodingError.dataCorruptedError(
        forKey: .schemaVersion, in: container,
        debugDescription: "schema \(schemaVersion) is not \(RunReport.schemaVersion)")
    }
    machine = try container.decode(Machine.self, forKey: .machine)
    trial = try TrialReport(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(schemaVersion, forKey: .schemaVersion)
    try container.encode(machine, forKey: .machine)
    try trial.encode(to: encoder)
  }
}
