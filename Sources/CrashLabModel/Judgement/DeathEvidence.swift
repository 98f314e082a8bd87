/// Whether the whole process died: what was counted, and what follows from it.
public struct DeathEvidence: Sendable, Equatable, Codable {
  /// The bystanders' counters at four moments. Each has one figure a bystander.
  package struct Beats: Sendable, Equatable, Codable {
    /// When the evidence of the last fault (or of the body's end) came.
    package var before: [UInt64]
    /// While the process stood parked, after the bell was rung.
    package var parked: [UInt64]
    /// After the end.
    package var after: [UInt64]
    /// After the end once more, after the bell was rung again.
    package var afterAgain: [UInt64]

    package init(
      before: [UInt64] = [], parked: [UInt64] = [], after: [UInt64] = [],
      afterAgain: [UInt64] = []
    ) {
      self.before = before
      self.parked = parked
      self.after = after
      self.afterAgain = afterAgain
    }

    /// All of them beat while the process stood parked.
    package var wereBeating: Bool {
      !parked.isEmpty && parked.count == before.count && zip(before, parked).allSatisfy(<)
    }

    /// Not one has beaten after the end.
    package var areFrozen: Bool { after == afterAgain }
  }

  /// A signal ended the process as a whole, and everything that was looked at says so.
  public var processDied: Bool
  @Nullable public var threadsAtFault: Int?
  @Nullable public var threadsAfter: Int?
  public var bystanders: Int
  /// Nil if there were none.
  @Nullable public var bystandersStopped: Bool?
  /// A sibling that beats goes on beating; null if there was none.
  @Nullable public var controlProcessAlive: Bool?
  package var beats: Beats

  /// Derives the verdict on the process from what was counted.
  ///
  /// - `waitersAfter`: how many threads a last ring of the bell has woken.
  package init(
    termination: Termination, threadsAtFault: Int?, threadsAfter: Int, beats: Beats,
    waitersAfter: Int, controlProcessAlive: Bool?
  ) {
    let stopped = beats.after.isEmpty ? nil : beats.areFrozen && waitersAfter == 0
    self.processDied =
      termination.kind == .signal && threadsAfter == 0 && stopped != false
    self.threadsAtFault = threadsAtFault
    self.threadsAfter = threadsAfter
    self.bystanders = beats.after.count
    self.bystandersStopped = stopped
    self.controlProcessAlive = controlProcessAlive
    self.beats = beats
  }

  /// Why the pieces of evidence can't all be true, or nil if they agree. A laboratory whose
  /// instruments disagree has measured nothing.
  package var contradiction: InstrumentError? {
    if controlProcessAlive == false { return .controlNotBeating }
    if let threadsAfter, threadsAfter > 0 { return .threadsLeft(threadsAfter) }
    return bystandersStopped == false ? .bystanderBeats : nil
  }
}
