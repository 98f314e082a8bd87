extension Evidence {
  /// What two witnesses of the same fault do not agree on, or nil. Each may know less than the other.
  package func difference(from other: Evidence) -> String? {
    if code != other.code { return "the signal: \(code) and \(other.code)" }
    if address != other.address { return "the address: \(address) and \(other.address)" }
    if programCounter != other.programCounter {
      return "the program counter: \(programCounter) and \(other.programCounter)"
    }
    if stackPointer != other.stackPointer {
      return "the stack pointer: \(stackPointer) and \(other.stackPointer)"
    }
    if let access, let others = other.access, access != others {
      return "the access: \(access) and \(others)"
    }
    if let trace, let others = other.trace, trace.isComplete, others.isComplete,
      trace.frameCount != others.frameCount
    {
      return "the number of frames: \(trace.frameCount) and \(others.frameCount)"
    }
    return nil
  }
}

extension FaultReport {
  /// A handler ran for it, which knows the kind of access from the processor.
  package mutating func handlerRan(access: Access?) {
    handled = true
    handler?.hasRun = true
    self.access = access
    reason = nil
  }

  /// The kernel could not deliver the signal and has killed at once.
  package mutating func kernelKilled() {
    handler?.forcedKill = true
    reason = handler?.reason(for: signal)
  }
}
