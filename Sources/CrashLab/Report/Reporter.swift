/// Turns reports into one format. It touches no trial and no process.
public protocol Reporter {
  /// A trial has been judged.
  mutating func trial(_ report: TrialReport) throws
  /// The run is over: `duration` in microseconds.
  mutating func end(duration: Double) throws
}
