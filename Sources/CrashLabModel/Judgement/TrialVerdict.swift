/// What a trial came to.
public enum TrialVerdict: String, Codable, Sendable {
  case asExpected = "as-expected"
  case notAsExpected = "not-as-expected"
  case skipped
  /// The laboratory's own instruments failed or disagreed: nothing was measured.
  case laboratoryError = "laboratory-error"
}
