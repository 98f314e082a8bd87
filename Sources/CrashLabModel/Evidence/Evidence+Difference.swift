/// What two witnesses of one fault do not agree on.
package enum EvidenceDifference: Sendable, Equatable, Codable {
  case signal(SignalCode, SignalCode)
  case address(Address, Address)
  case programCounter(Address, Address)
  case stackPointer(Address, Address)
  case access(Access, Access)
  case frameCount(Int, Int)
}

extension Evidence {
  /// What two witnesses of the same fault do not agree on, or nil. Each may know less than the other.
  package func difference(from other: Evidence) -> EvidenceDifference? {
    if code != other.code { return .signal(code, other.code) }
    if address != other.address { return .address(address, other.address) }
    if programCounter != other.programCounter {
      return .programCounter(programCounter, other.programCounter)
    }
    if stackPointer != other.stackPointer { return .stackPointer(stackPointer, other.stackPointer) }
    if let access, let others = other.access, access != others { return .access(access, others) }
    if let trace, let others = other.trace, trace.isComplete, others.isComplete,
      trace.frameCount != others.frameCount
    {
      return .frameCount(trace.frameCount, others.frameCount)
    }
    return nil
  }
}
