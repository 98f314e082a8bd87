/// When a trial has used up its time: it is told what was seen, and looks at no clock itself. All
/// times are CLOCK_MONOTONIC nanoseconds.
struct TrialClock {
  let forkedAt: UInt64
  /// Until the child is armed and afterwards.
  let patience: (toArm: UInt64, afterwards: UInt64)
  /// When the child was armed, as it was first seen; it may write to the board what it likes later.
  private var armedAt: UInt64 = 0
  private var releasedAt: UInt64 = 0
  /// How long the laboratory was busy while this trial ran.
  private var postponed: UInt64 = 0

  init(forkedAt: UInt64, patience: (toArm: UInt64, afterwards: UInt64)) {
    self.forkedAt = forkedAt
    self.patience = patience
  }

  /// - Parameter told: when the child says that it was armed; 0 if it was not. No time to come is
  ///   believed.
  mutating func sawArming(at told: UInt64, now: UInt64) {
    if armedAt == 0 { armedAt = min(told, now) }
  }

  mutating func released(at now: UInt64) { releasedAt = now }

  /// The laboratory was busy for so long: no child is charged for that.
  mutating func postpone(by duration: UInt64) { postponed += duration }

  /// How often a trial that gets no processor is given its time once more.
  private static let mostExtensions = 20
  private var extensions = 0

  /// Its time has passed, or that of its beats.
  ///
  /// - Returns: whether it is given as much again, because it could not use it: on a machine that is
  ///   too busy what counts is what the child could do.
  mutating func extend(isRunnable: Bool) -> Bool {
    guard isRunnable, extensions < TrialClock.mostExtensions else { return false }
    extensions += 1
    return true
  }

  /// The same for the trial's own time, of which a child that works has used more than half.
  mutating func extendDeadline(isRunnable: Bool, processorTime: UInt64) -> Bool {
    guard processorTime < patience.afterwards / 2, extend(isRunnable: isRunnable) else {
      return false
    }
    postpone(by: patience.afterwards)
    return true
  }

  /// When the trial is ended. A case's own time begins when the child is armed and the faults that it
  /// is about have been looked at: a busy machine must not use it up before.
  func deadline(faultsAreMissing: Bool) -> UInt64 {
    let begun = max(armedAt, releasedAt)
    let isOnItsWay = begun == 0 || faultsAreMissing
    return (isOnItsWay ? max(begun, forkedAt) + patience.toArm : begun + patience.afterwards)
      + postponed
  }
}
