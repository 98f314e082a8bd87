/// Why something could not be tried. What came of a trial is no failure, whatever it was.
public struct TrialFailure: Error, Sendable, Equatable, Codable {
  package enum Reason: Sendable, Equatable, Codable {
    /// What is to be tried is no code of this program.
    case notCode
    /// A fresh copy of this program does not have it: its image is loaded later.
    case notInFreshCopy
    case noCommand
    /// A fresh copy of this program would not listen.
    case notLinked
    case timeoutOutOfRange(Double)
    case jobsOutOfRange(Int)
    /// A process that forks may have no other thread: it would leave locks that nobody unlocks.
    case otherThreads(Int)
    /// Whoever waits for any child of this process would take the ends of these.
    case otherChildren(Int)
    case late(seconds: Int)
    case endedWithoutAnswer(waitStatus: Int32)
    case system(SystemError)
    /// The laboratory's instruments failed, or this machine can't do it.
    case judged(Judgement)
    case interrupted(Signal)
    /// The answer or the request can't be read.
    case unreadable(String)
  }

  package var reason: Reason

  package init(_ reason: Reason) { self.reason = reason }
}
