internal import CrashLabModel

/// The signals of one thread that handlers were to deal with, the oldest first. A handler may still
/// be at work while others come and are dealt with: a crash reporter that reads memory carefully.
///
/// Whether a handler has come back is not known until somebody unwinds: the first few and the latest
/// few are kept. A handler that faults for ever is one chain, which the first fault has begun.
struct CaughtSignals {
  static let most = 16

  private(set) var signals: [PendingSignal] = []

  var last: PendingSignal? { signals.last }

  mutating func append(_ pending: PendingSignal) {
    // The same signal at the same place: whatever has come since then has come to its end.
    if let index = signals.firstIndex(where: {
      $0.evidence.signal == pending.evidence.signal
        && $0.evidence.isAtPlace(of: pending.evidence)
    }) {
      signals.removeSubrange(index...)
    }
    signals.append(pending)
    if signals.count > CaughtSignals.most { signals.remove(at: CaughtSignals.most / 2) }
  }

  /// The latest ones, between which and this signal the thread has executed nothing but handlers
  /// that returned.
  func atPlace(of evidence: Evidence) -> [PendingSignal] {
    let index = signals.lastIndex { !$0.evidence.isAtPlace(of: evidence) }
    return Array(signals[(index.map { $0 + 1 } ?? 0)...])
  }

  /// Those whose handlers a chain of calls runs through.
  func beingHandled(in trace: Trace) -> [PendingSignal] {
    signals.filter { $0.isBeingHandled(in: trace) }
  }

  /// The one whose handler has just returned: the frame that the kernel has made for it lies at the
  /// stack pointer. Nil where there is none.
  func returning(to evidence: Evidence) -> PendingSignal? {
    #if arch(x86_64)
      // arch/x86/include/uapi/asm/sigcontext.h, behind uc_flags, uc_link and uc_stack.
      let context = evidence.stackPointer.value &+ 40
      let memory = TargetMemory(of: evidence.thread, mappings: [])
      guard let pointer = memory.word(context &+ 15 * 8),
        let counter = memory.word(context &+ 16 * 8)
      else { return nil }
      return signals.last {
        $0.evidence.stackPointer.value == pointer && $0.evidence.programCounter.value == counter
      }
    #else
      return nil
    #endif
  }
}

extension CaughtSignals {
  /// Looks at signals whose handlers are at work.
  static func handled(
    _ causes: [PendingSignal], machine: Machine
  ) throws(SystemError) -> [ObservedFault] {
    var faults: [ObservedFault] = []
    for cause in causes {
      faults.append(try ObservedFault(handled: cause, as: nil, machine: machine))
    }
    return faults
  }

  /// Looks at the signal that has begun a chain: its handler was called, where no code is, and so was
  /// that of each signal which came of it. Empty where there is no such chain.
  func calledWithoutCode(machine: Machine) throws(SystemError) -> [ObservedFault] {
    let begin = zip(signals, signals.dropFirst()).first { before, next in
      var evidence = next.evidence
      evidence.trace = next.unwound()
      return evidence.isCall(ofHandlerFor: before.evidence)
    }
    guard let begin else { return [] }
    var fault = try ObservedFault(handled: begin.0, as: nil, machine: machine)
    fault.fault.handlerWasNoCode()
    return [fault]
  }

  /// Looks at signals in whose handlers this one came.
  func around(_ pending: PendingSignal, machine: Machine) throws(SystemError) -> [ObservedFault] {
    guard let trace = pending.unwound() else { return [] }
    return try CaughtSignals.handled(beingHandled(in: trace), machine: machine)
  }

  /// Looks at the signals for whose frames the kernel found no room, before it forced this one. A
  /// signal that ends nothing by itself, SIGUSR1 say, is no cause.
  ///
  /// - Parameter setup: what the thread is told of a signal.
  func undelivered(
    at evidence: Evidence, setup: (Signal) -> SignalSetup?, machine: Machine
  ) throws(SystemError) -> [ObservedFault] {
    var faults: [ObservedFault] = []
    for cause in atPlace(of: evidence) where cause.evidence.signal.isCrash {
      var fault = try ObservedFault(
        cause, handler: HandlerFacts(isCaught: true), setup: setup(cause.evidence.signal),
        machine: machine)
      if !faults.isEmpty && fault.isUndelivered { fault.fault.isForced() }
      fault.wasRefused()
      faults.append(fault)
    }
    return faults
  }
}
