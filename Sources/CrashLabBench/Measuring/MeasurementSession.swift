internal import CrashLab
package import CrashLabModel

/// One session of measurements: it tells how far it is, and a signal ends it between two samples,
/// so that what was measured until then is kept.
package final class MeasurementSession {
  private let interrupts: InterruptSignals
  private let progress: (Double) -> Void
  private(set) package var interrupted: Signal?

  /// - Parameter progress: called with the milliseconds that the work just done was planned to take.
  package init(progress: @escaping (Double) -> Void = { _ in }) throws(SystemError) {
    interrupts = try InterruptSignals()
    self.progress = progress
  }

  /// Whether to go on: false for good once a signal has come.
  package var goesOn: Bool {
    if interrupted == nil { interrupted = interrupts.take() }
    return interrupted == nil
  }

  func interrupt(by signal: Signal) { interrupted = signal }

  func advance(by milliseconds: Double) { progress(milliseconds) }

  /// Measures arms in turn, round by round, so that what changes on the machine meanwhile meets all
  /// of them alike. Each round begins with another arm.
  func interleave(
    arms: Int, rounds: Int, milliseconds: Double, _ measure: (_ arm: Int) throws -> Void
  ) rethrows {
    for round in 0..<rounds {
      for turn in 0..<arms {
        guard goesOn else { return }
        try measure((turn + round) % arms)
        advance(by: milliseconds)
      }
    }
  }
}
