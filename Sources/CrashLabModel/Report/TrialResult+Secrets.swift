// What was seen of a process may hold what is secret: texts of its memory, its arguments, numbers in
// registers. Left out, for reports that go further than the process's user.

extension TrialResult {
  /// Without what may be secret: arguments, texts that memory held, registers that point nowhere, lines
  /// of sources. What is left are places: of code, stacks, files, and names of threads. Pure.
  package var withoutSecrets: TrialResult {
    var result = self
    result.command = command.map { Secrets.program(of: $0) }
    result.faults = faults.map(\.withoutSecrets)
    result.threads = threads.map { thread in
      var thread = thread
      thread.unwind = thread.unwind?.withoutSecrets
      return thread
    }
    result.told = nil
    return result
  }
}

extension Fault {
  fileprivate var withoutSecrets: Fault {
    var fault = self
    let isWild =
      switch site.kind {
      case .unmapped, .nonCanonical, .refused: true
      default: false
      }
    fault.unwind = unwind?.withoutSecrets
    fault.abortMessage = abortMessage.map(\.withoutSecrets)
    fault.cause = cause?.withoutSecrets
    if isWild {
      fault.address = Secrets.hidden(address)
      fault.instruction?.operandAddress = instruction?.operandAddress.map(Secrets.hidden)
    }
    // Where no code is, nothing but a number is known of it.
    if access == .execute || unwind?.frames.first.map({ $0.image == nil }) ?? false {
      fault.programCounter = Secrets.hidden(programCounter)
    }
    let leadsNowhere = generalRegisters?.contains {
      $0.value == stackPointer && $0.pointsTo == nil
    }
    if leadsNowhere == true { fault.stackPointer = Secrets.hidden(stackPointer) }
    // An operand that no address could be told of has none.
    if let cause = fault.cause, cause.kind == .textPointer, let offset = cause.offset,
      address.value != 0
    {
      fault.address = Address(cause.pointer.value &+ UInt64(bitPattern: Int64(offset)))
    }
    fault.generalRegisters = generalRegisters?.filter {
      $0.pointsTo != nil || $0.value.value == 0
    }.map { register in
      var register = register
      register.pointsTo?.text = nil
      return register
    }
    fault.source = nil
    return fault
  }
}

extension FaultCause {
  /// A pointer that was text keeps its length.
  fileprivate var withoutSecrets: FaultCause {
    var cause = self
    guard [.textPointer, .returnAddressOverwritten, .returnedToNoCode].contains(kind) else {
      return cause
    }
    cause.pointer = text == nil ? Secrets.hidden(pointer) : Secrets.masked(pointer)
    cause.text = text.map { String(repeating: "x", count: $0.count) }
    return cause
  }
}

extension AbortMessage {
  /// What kind of message it was, and the exception's type.
  fileprivate var withoutSecrets: AbortMessage {
    var message = self
    message.text = text.map(Secrets.kind(ofMessage:))
    message.exception?.what = nil
    return message
  }
}

extension UnwindReport {
  /// Where nothing is mapped, a walk has taken a word of the stack for a return address.
  fileprivate var withoutSecrets: UnwindReport {
    var unwind = self
    for index in frames.indices where frames[index].image == nil && frames[index].symbol == nil {
      unwind.frames[index].programCounter = Secrets.hidden(frames[index].programCounter)
    }
    return unwind
  }
}
