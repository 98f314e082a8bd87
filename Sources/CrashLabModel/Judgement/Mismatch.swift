/// One thing that was not seen as it was expected.
package struct Mismatch: Sendable, Equatable, Codable {
  package enum What: Sendable, Equatable, Codable {
    case ending, processDied, bystanders, faults, corruption
    case counter(String)
    // Of one fault.
    case signal, code, access, handled, outcome, alternateStack, sender, process
    case site, owner, guardKind, guardSize, stackSize, overshoot, skipped, mapping
    case trace, frames, period
    // Of one canary.
    case overwritten, overwrittenOwner, bytesChanged, belowStackLimit
  }

  /// What was expected, or seen. Words are made of it elsewhere.
  package enum Value: Sendable, Equatable, Codable {
    case none
    case flag(Bool)
    case number(Int)
    case range(ClosedRange<Int>)
    /// A name that is written as it is: a signal, a code, a kind.
    case name(String)
    case outcome(Fault.HandlerOutcome)
    case owner(FaultSite.Owner)
    case ending(Expectation.Ending)
    case termination(Termination, afterBodyEnd: Bool)
    case beats(before: [UInt64], parked: [UInt64])
    case beating
    case faults([Fault])
    case corruption([Corruption])
    case frames([String])
    case missing(frame: String, in: [String])
    case complete
    case cutOff(after: Int)
    case numbers([Int])
  }

  package var what: What
  /// Which fault, counted from 1; nil where there is only one, or it is of none.
  package var fault: Int?
  package var expected: Value
  package var seen: Value

  package init(_ what: What, fault: Int? = nil, expected: Value, seen: Value) {
    self.what = what
    self.fault = fault
    self.expected = expected
    self.seen = seen
  }
}
