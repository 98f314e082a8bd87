package import CrashLabModel

/// Turns reports into one format. It touches no trial, no process and no file: what it returns is to
/// be written, in that order.
package protocol Reporter {
  /// A trial has been judged.
  mutating func trial(_ report: TrialReport) throws -> String
  /// The run is over: `duration` in microseconds.
  mutating func end(duration: Double) throws -> String
}
