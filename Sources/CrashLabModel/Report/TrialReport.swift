/// One trial, told whole: what was seen, and what was made of it. Schema 1.
///
/// Every key is always there; what is unknown is null. Addresses are hexadecimal strings, sizes
/// and distances bytes, times microseconds.
public struct TrialReport: Sendable, Codable, Equatable {
  public typealias Verdict = TrialVerdict
  package typealias Event = TrialEvent

  @Nullable public var `case`: String?
  /// 1 and up, for repeated runs.
  public var attempt: Int
  /// The argument list of a foreign program.
  @Nullable public var command: [String]?
  @Nullable public var verdict: Verdict?
  /// Why it was skipped or is not as expected.
  @Nullable public var reason: String?
  /// One sentence for a person.
  public var summary: String
  /// What the program or its runtime said before it died; null if nothing was found.
  @Nullable public var message: String?
  /// Expected against seen, where they differ.
  public var mismatches: [Mismatch]
  public var faults: [FaultReport]
  public var corruption: [Corruption]
  public var counters: [Counter]
  /// The body of the case came to its end.
  public var finished: Bool
  @Nullable public var termination: Termination?
  @Nullable public var death: DeathEvidence?
  package var timeline: [Event]
  /// What makes two crashes one: equal for the same crash of the same program; null for whatever is
  /// none, and where the names for it are missing.
  @Nullable public var signature: String?
  /// The other threads than those of the faults, each where it stood; null in an old report.
  @Nullable package var threads: [ThreadReport]?
  /// What was loaded; null in an old report.
  @Nullable package var images: [ImageReport]?
  /// What may be secret was left out: arguments, texts of memory, registers that point nowhere, source
  /// lines; null in an old report.
  @Nullable package var redacted: Bool?

  package init(
    `case`: String?, attempt: Int, command: [String]? = nil, verdict: Verdict? = nil,
    reason: String? = nil,
    summary: String, message: String? = nil, mismatches: [Mismatch], faults: [FaultReport],
    corruption: [Corruption],
    counters: [Counter], finished: Bool, termination: Termination? = nil,
    death: DeathEvidence? = nil,
    timeline: [Event], signature: String? = nil, threads: [ThreadReport]? = nil,
    images: [ImageReport]? = nil, redacted: Bool? = false
  ) {
    self.redacted = redacted
    self.signature = signature
    self.threads = threads
    self.images = images
    self.case = `case`
    self.attempt = attempt
    self.command = command
    self.verdict = verdict
    self.reason = reason
    self.summary = summary
    self.message = message
    self.mismatches = mismatches
    self.faults = faults
    self.corruption = corruption
    self.counters = counters
    self.finished = finished
    self.termination = termination
    self.death = death
    self.timeline = timeline
  }

  public struct Mismatch: Sendable, Codable, Equatable {
    public var what: String
    public var expected: String
    public var seen: String

    public init(_ what: String, expected: String, seen: String) {
      self.what = what
      self.expected = expected
      self.seen = seen
    }
  }

  public struct Counter: Sendable, Codable, Equatable {
    public var name: String
    public var value: Int

    package init(name: String, value: Int) {
      self.name = name
      self.value = value
    }
  }
}

extension TrialReport {
  /// What a list of many reports keeps of each.
  package var withoutFrames: TrialReport {
    var report = self
    report.faults = []
    report.threads = nil
    report.images = nil
    return report
  }
}

/// One fault as it is reported.
public struct FaultReport: Sendable, Codable, Equatable {
  public var signal: Signal
  /// `SEGV_ACCERR`, or a number where there is no name.
  public var code: String
  public var address: Address
  @Nullable public var access: Access?
  public var programCounter: Address
  public var stackPointer: Address
  public var process: Fault.Process
  public var thread: Fault.Thread
  /// A handler of the program ran for it.
  public var handled: Bool
  /// What was known of the program's handler; null where nobody looked from outside.
  @Nullable package var handler: HandlerFacts?
  /// Why no handler ran, or how one that ran let the process die; null if nobody knows, or if there
  /// is nothing to explain.
  @Nullable public var handlerOutcome: Fault.HandlerOutcome?
  /// The same for a person.
  @Nullable public var reason: String?
  /// Who sent the signal; null for a fault.
  @Nullable public var sender: Fault.Sender?
  public var site: FaultSite
  /// What lies around the address, in ascending order.
  @Nullable package var surroundings: [MemoryRegion]? = nil
  @Nullable public var unwind: UnwindReport?
  /// Why it was refused, where the kernel tells no address (SI_KERNEL); null for an address that is
  /// none, and for every other fault.
  @Nullable package var refusal: Refusal?
  /// The instruction at the program counter; null if it could not be read or decoded.
  @Nullable public var instruction: Fault.Instruction?
  /// The signal frame that did not fit; null if that is not the cause.
  @Nullable package var signalFrame: SignalFrame?
  /// What was said before the process ended itself; null if nothing was found.
  @Nullable package var abortMessage: AbortMessage?
  /// Why the address was wrong; null if nothing proves it.
  @Nullable package var cause: FaultCause?
  /// Null if nobody knows.
  @Nullable package var generalRegisters: [RegisterReport]?
  /// What has set the size of the stack that overflowed; null for every other fault, and where nobody
  /// knows.
  @Nullable package var stackSizeSource: StackSizeSource?
  /// Lines around the place in the user's own code; null if the file is not there.
  @Nullable package var source: SourceExcerpt?
  /// The system call that was refused (SIGSYS); null for every other signal.
  @Nullable package var systemCall: SystemCall?

  package init(
    signal: Signal, code: String, address: Address, access: Access? = nil, programCounter: Address,
    stackPointer: Address, process: Fault.Process, thread: Fault.Thread, handled: Bool,
    handler: HandlerFacts? = nil, handlerOutcome: Fault.HandlerOutcome? = nil,
    reason: String? = nil,
    sender: Fault.Sender? = nil, site: FaultSite,
    surroundings: [MemoryRegion]? = nil, unwind: UnwindReport? = nil,
    refusal: Refusal? = nil, instruction: Fault.Instruction? = nil,
    signalFrame: SignalFrame? = nil, abortMessage: AbortMessage? = nil,
    cause: FaultCause? = nil, generalRegisters: [RegisterReport]? = nil,
    stackSizeSource: StackSizeSource? = nil, source: SourceExcerpt? = nil,
    systemCall: SystemCall? = nil
  ) {
    self.systemCall = systemCall
    self.cause = cause
    self.generalRegisters = generalRegisters
    self.stackSizeSource = stackSizeSource
    self.source = source
    self.signal = signal
    self.code = code
    self.address = address
    self.access = access
    self.programCounter = programCounter
    self.stackPointer = stackPointer
    self.process = process
    self.thread = thread
    self.handled = handled
    self.handler = handler
    self.handlerOutcome = handlerOutcome
    self.reason = reason
    self.sender = sender
    self.site = site
    self.surroundings = surroundings
    self.unwind = unwind
    self.refusal = refusal
    self.instruction = instruction
    self.signalFrame = signalFrame
    self.abortMessage = abortMessage
  }
}
