/// What each stop of a traced process means: a fault is seen once by whoever looks from outside, but
/// its signal may come twice. Pure: it is told what was seen and remembers it.
package struct FaultJournal {
  package enum Meaning: Equatable {
    /// A fault that was not seen before.
    case fault
    /// The handler has looked at the fault and gone back to the default action: the
    /// same instruction, or the same sender, raises the signal once more.
    case repetition
    /// The kernel could not deliver the fault of this number and kills: SI_KERNEL, at the same place.
    case forcedKill(of: Int?)
  }

  private struct Entry {
    var index: Int?
    var evidence: Evidence
    var handled = false
  }
  private var last: [Int32: Entry] = [:]

  package init() {}

  /// - Parameter isCaught: a handler is still installed for the signal.
  package func meaning(of evidence: Evidence, isCaught: Bool) -> Meaning {
    guard let before = last[evidence.thread], !isCaught else { return .fault }
    let samePlace =
      before.evidence.programCounter == evidence.programCounter
      && before.evidence.stackPointer == evidence.stackPointer
    if before.handled {
      guard before.evidence.signal == evidence.signal else { return .fault }
      let again =
        evidence.code.isSent
        ? before.evidence.code == evidence.code && before.evidence.sender == evidence.sender
        : samePlace && before.evidence.address == evidence.address
      return again ? .repetition : .fault
    }
    return samePlace && evidence.isForced(by: before.evidence)
      ? .forcedKill(of: before.index) : .fault
  }

  /// Whether this thread is inside a handler, as far as was seen: its last fault was handled, and it
  /// has not come back from it since.
  package func isInHandler(_ thread: Int32) -> Bool { last[thread]?.handled ?? false }

  /// - Parameter index: where it is reported; nil if it is not.
  package mutating func remember(_ evidence: Evidence, as index: Int?) {
    last[evidence.thread] = Entry(index: index, evidence: evidence)
  }

  /// The handler says that it has a fault: the number of it, and what was seen from outside.
  package mutating func handlerRan(for evidence: Evidence) -> (index: Int?, seen: Evidence)? {
    guard let entry = last[evidence.thread], !entry.handled,
      entry.evidence.process == evidence.process, entry.evidence.code == evidence.code
    else { return nil }
    last[evidence.thread]?.handled = true
    return (entry.index, entry.evidence)
  }
}

extension Evidence {
  /// Whether this may be what the kernel raises when it finds no room for another signal's frame
  /// (kernel/signal.c, signal_setup_done): SIGSEGV, whatever the signal was. A signal that was sent
  /// says nothing of the instruction, which may fault by itself.
  fileprivate func isForced(by other: Evidence) -> Bool {
    signal == .segv && code.isKernel && (other.signal == .segv || other.isFault)
  }
}
