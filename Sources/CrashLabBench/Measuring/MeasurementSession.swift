internal import CrashLab
package import CrashLabModel

/// One session of measurements: it tells how far it is, and a signal ends it between two samples,
/// so that what was measured until then is kept.
package final class MeasurementSession {
  private let interrupts: InterruptSignals
  private let progress: (Double) -> Void
  private(set) package var interrupted: Signal?
  private let started = monotonicTime()
  /// When all must be over, and the part that is under way (monotonicTime); nil: whenever it is.
  private let end: UInt64?
  private var partEnd: UInt64?
  /// Milliseconds that the work until now was planned to take.
  private var done = 0.0

  /// - Parameters:
  ///   - seconds: how long it may take: less is measured where more would take longer. Nil: as long
  ///     as it takes.
  ///   - progress: called with the milliseconds that the work just done was planned to take.
  package init(
    seconds: Double? = nil, progress: @escaping (Double) -> Void = { _ in }
  ) throws(SystemError) {
    interrupts = try InterruptSignals()
    self.progress = progress
    end = seconds.map { [started] in started + UInt64($0 * 1e9) }
  }

  /// Gives the next part of the work its share of the time that is left.
  ///
  /// - Parameters: milliseconds that it is planned to take, of all that is still to be done.
  func allot(_ milliseconds: Double, of planned: Double) {
    guard let end else { return }
    let now = monotonicTime()
    let left = end > now ? Double(end - now) : 0
    partEnd = now + UInt64(left * min(1, milliseconds / max(milliseconds, planned, 1)))
  }

  /// Whether there is time in this part for what is planned to take so long. A machine on which
  /// everything has taken twice as long as planned until now goes on like that.
  func hasTime(for milliseconds: Double) -> Bool {
    guard let partEnd else { return true }
    let now = monotonicTime()
    let slowness = max(1, Double(now - started) / 1e6 / max(done, 1))
    // Of what little has been done nothing can be told.
    return now + UInt64(milliseconds * 1e6 * (done < 100 ? 1 : slowness)) <= partEnd
  }

  /// Whether to go on: false for good once a signal has come.
  package var goesOn: Bool {
    if interrupted == nil { interrupted = interrupts.take() }
    return interrupted == nil
  }

  /// Whether there is an end to keep to.
  var isLimited: Bool { end != nil }

  /// Seconds for one sample: on a core that has other work it may not come to its end at all.
  var sampleDeadline: Double {
    guard let partEnd else { return 10 }
    let now = monotonicTime()
    return min(10, max(0.2, partEnd > now ? Double(partEnd - now) / 4e9 : 0))
  }

  func interrupt(by signal: Signal) { interrupted = signal }

  func advance(by milliseconds: Double) {
    done += milliseconds
    progress(milliseconds)
  }

  /// Measures arms in turn, round by round, so that what changes on the machine meanwhile meets all
  /// of them alike. Each round begins with another arm. There is one round in any case, and no
  /// further one for which there is no time.
  func interleave(
    arms: Int, rounds: Int, milliseconds: Double, _ measure: (_ arm: Int) throws -> Void
  ) rethrows {
    for round in 0..<rounds where round == 0 || hasTime(for: milliseconds * Double(arms)) {
      for turn in 0..<arms {
        guard goesOn else { return }
        try measure((turn + round) % arms)
        advance(by: milliseconds)
      }
    }
  }
}
