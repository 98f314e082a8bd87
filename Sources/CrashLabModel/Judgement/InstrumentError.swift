/// What went wrong with the laboratory's instruments, not with what they look at. A trial with one
/// of these has measured nothing.
package enum InstrumentError: Sendable, Equatable, Codable {
  /// What could not be looked at.
  package enum Subject: Sendable, Equatable, Codable {
    case parkedChild
    /// The signals that a thread has blocked, ignored or caught.
    case signalMasks
    case signal(Signal)
    /// The end of a program, in the moment before.
    case end
    /// What is left of a process after its end.
    case remains
  }

  /// What the observer could not do with a thread.
  package enum ObserverStep: String, Sendable, Codable { case resume, watch, look }

  case notSeen(Subject, SystemError)
  case callFailed(SystemError)
  /// What the child sent is no message.
  case childSent(Garbled)
  case childSentTooMuch(most: Int)
  /// The child could not go on, and has no words for it.
  case childFailed(code: Int32)
  /// The child could not go on: its own words.
  case childSaid(String)
  case neverArmed(Termination?)
  case diedBeforeAnswer
  case observerMissedFault
  case witnessesDisagree(EvidenceDifference)
  case observerStep(ObserverStep, thread: Int32, code: Int32)
  case observerGarbled(Garbled)
  case controlStopped(by: Signal)
  case controlEnded(by: Signal)
  case controlNotBeating
  case threadsLeft(Int)
  case bystanderBeats
  case noEnd
  /// The frames are there, but whoever reads their names has failed.
  case namesNotRead(MissingNames)
  /// As an earlier report tells it.
  case told(String)
}

/// Why bytes that a child sent are no message of the harness.
package enum Garbled: Error, Sendable, Equatable, Codable {
  case size(Int, expected: Int)
  case beginning(size: Int)
  case kind(UInt32)
  /// Of a process that is none of the trial's.
  case stranger(Int32)
  case signal(Int32)
  case counts(entries: UInt32, sites: UInt32)
  case frames(total: UInt64, count: UInt64, period: UInt32)
  /// The walk and libunwind's differ from this frame on.
  case notLibunwinds(frame: UInt64)
}
