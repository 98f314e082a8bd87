/// One fault: what is known of it, whoever gathered it, and what follows from that. A source of
/// evidence gathers; `Fault.assemble` makes the fault of it; `FaultReport` writes it down.
public struct Fault: Sendable, Equatable, Codable {
  public var code: SignalCode
  public var address: Address
  public var access: Access?
  public var programCounter: Address
  public var stackPointer: Address
  public var process: Fault.Process
  public var thread: Fault.Thread
  /// A handler of the program ran for it.
  public var handled: Bool
  /// What was known of the program's handler; nil where nobody looked from outside.
  package var handler: HandlerFacts?
  /// Why no handler ran, or how one that ran let the process die; nil if nobody knows, or if there
  /// is nothing to explain.
  public var outcome: Fault.HandlerOutcome?
  /// Who sent the signal; nil for a fault.
  public var sender: Fault.Sender?
  public var site: FaultSite
  /// What lies around the address, in ascending order; nil in an old report.
  package var surroundings: [MemoryRegion]?
  public var unwind: UnwindReport?
  /// Why it was refused, where the kernel tells no address (SI_KERNEL).
  package var refusal: Refusal?
  /// At the program counter; nil if it could not be read or decoded.
  public var instruction: Fault.Instruction?
  /// The signal frame that did not fit; nil if that is not the cause.
  package var signalFrame: SignalFrame?
  /// What was said before the process ended itself; nil if nothing was, or nobody knows.
  package var abortMessage: AbortMessage?
  /// Why the address was wrong; nil if nothing proves it.
  package var cause: FaultCause?
  /// In DWARF's numbering; nil if nobody knows.
  package var generalRegisters: [RegisterReport]?
  /// Nil for a fault that is no overflow, and where nobody knows.
  package var stackSizeSource: StackSizeSource?
  /// Around the place in the user's own code; nil if the file is not there.
  package var source: SourceExcerpt?
  /// Of SIGSYS that the kernel has raised; nil for every other signal.
  package var systemCall: SystemCall?

  public var signal: Signal { code.signal }

  package init(
    code: SignalCode, address: Address, access: Access? = nil, programCounter: Address,
    stackPointer: Address, process: Fault.Process, thread: Fault.Thread, handled: Bool,
    handler: HandlerFacts? = nil, outcome: Fault.HandlerOutcome? = nil, sender: Fault.Sender? = nil,
    site: FaultSite, surroundings: [MemoryRegion]? = nil, unwind: UnwindReport? = nil,
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
    self.code = code
    self.address = address
    self.access = access
    self.programCounter = programCounter
    self.stackPointer = stackPointer
    self.process = process
    self.thread = thread
    self.handled = handled
    self.handler = handler
    self.outcome = outcome
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

extension Fault {
  /// The thread that faulted.
  public struct Thread: Sendable, Codable, Equatable {
    public var id: Int32
    public var name: String

    package init(id: Int32, name: String) {
      self.id = id
      self.name = name
    }
  }
}

extension Fault {
  /// The process that faulted.
  public struct Process: Sendable, Codable, Equatable {
    public enum Relation: String, Sendable, Codable {
      /// The process of the trial itself.
      case trial
      /// A process that it has started.
      case descendant
    }

    public var id: Int32
    public var relation: Relation

    package init(id: Int32, relation: Relation) {
      self.id = id
      self.relation = relation
    }
  }
}

extension Fault {
  /// Who sent a signal.
  public struct Sender: Sendable, Codable, Equatable {
    public enum Relation: String, Sendable, Codable {
      /// The process that got it.
      case itself
      /// The process that watches it.
      case laboratory
      case other
    }

    public var process: Int32
    public var user: UInt32
    public var relation: Relation
    /// Of its program, as the kernel tells it; null if nobody looked, or it is gone.
    @Nullable public var name: String?

    package init(process: Int32, user: UInt32, relation: Relation, name: String? = nil) {
      self.process = process
      self.user = user
      self.relation = relation
      self.name = name
    }
  }
}

extension Fault {
  /// The instruction that faulted.
  public struct Instruction: Sendable, Codable, Equatable {
    /// As gdb prints it (AT&T syntax).
    public var text: String
    /// Of the operand in memory that the fault is about; null if it has none, or nobody knows.
    @Nullable public var operandAddress: Address?

    package init(text: String, operandAddress: Address?) {
      self.text = text
      self.operandAddress = operandAddress
    }
  }
}

/// Lines of a source file around one of them.
package struct SourceExcerpt: Sendable, Codable, Equatable {
  /// The path that it was read from.
  package var file: String
  /// The number of the first; 1 and up.
  package var first: Int
  package var lines: [String]
  /// The number of the one that it is about.
  package var line: Int

  package init(file: String, first: Int, lines: [String], line: Int) {
    self.file = file
    self.first = first
    self.lines = lines
    self.line = line
  }
}
