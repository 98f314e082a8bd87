/// What is known of one fault from where it happened: signal, registers, unwind.
package struct Evidence: Sendable {
  package typealias Source = EvidenceSource

  package var source: Source
  /// A handler of the program ran for this fault.
  package var handled: Bool
  /// The process that faulted, as the kernel says: the trial's own, or one that it has started.
  package var process: Int32
  package var thread: Int32
  package var code: SignalCode
  package var address: Address
  /// Who sent the signal, if it was sent.
  package var sender: Sender?
  package var access: Access?
  package var programCounter: Address
  package var stackPointer: Address
  package var trace: Trace?
  /// Bytes of alternate stack that the handler had touched; nil if it was not measured.
  package var handlerStackUsed: Int?
  /// CLOCK_MONOTONIC nanoseconds.
  package var caughtAt: UInt64
  package var sentAt: UInt64
  /// The code that it met, and the registers.
  package var context: InstructionContext?
  /// Another signal that the same thread was about to get at the same instruction just before.
  package var delivering: Signal?
  /// Of SIGSYS.
  package var systemCall: SystemCall?

  package init(
    source: Source, handled: Bool, process: Int32, thread: Int32, code: SignalCode,
    address: Address, sender: Sender? = nil, access: Access? = nil, programCounter: Address,
    stackPointer: Address, trace: Trace? = nil, handlerStackUsed: Int? = nil, caughtAt: UInt64,
    sentAt: UInt64, context: InstructionContext? = nil, delivering: Signal? = nil,
    systemCall: SystemCall? = nil
  ) {
    self.systemCall = systemCall
    self.source = source
    self.handled = handled
    self.process = process
    self.thread = thread
    self.code = code
    self.address = address
    self.sender = sender
    self.access = access
    self.programCounter = programCounter
    self.stackPointer = stackPointer
    self.trace = trace
    self.handlerStackUsed = handlerStackUsed
    self.caughtAt = caughtAt
    self.sentAt = sentAt
    self.context = context
    self.delivering = delivering
  }

  package var signal: Signal { code.signal }

  /// An instruction has raised it: it was not sent, and did not come from a terminal or a timer.
  package var isFault: Bool { signal.isFault && !code.isSent }

  /// Whether it came at the same instruction with the same stack pointer: in between the thread has
  /// executed nothing, but for a handler that returned.
  package func isAtPlace(of other: Evidence) -> Bool {
    programCounter == other.programCounter && stackPointer == other.stackPointer
  }

  /// The process has raised it itself: raise(3), abort(3), kill(2).
  package var isRaised: Bool { code.isSent && sender?.process == process }

  /// Whether it came as the kernel had just called the handler of another signal, where no code can be
  /// fetched: of the registers only those differ that the kernel sets for a handler.
  package func isCall(ofHandlerFor other: Evidence) -> Bool {
    guard isAtCallOfHandler, let own = context?.registers, let before = other.context?.registers
    else { return false }
    return zip(own, before).enumerated().allSatisfy {
      Evidence.setForHandlers.contains($0) || $1.0 == $1.1
    }
  }

  /// Where the stack is as the kernel leaves it for a handler, and no code can be fetched: the number
  /// that the handler was given, unless something has jumped there from it.
  package var signalOfCalledHandler: Int32? {
    guard isAtCallOfHandler, let registers = context?.registers else { return nil }
    return Int32(truncatingIfNeeded: registers[Evidence.firstArgument])
  }

  private var isAtCallOfHandler: Bool {
    guard let entries = trace?.entries, entries.count > 1 else { return false }
    return entries[0].isUnfetched && entries[0].count == 1 && entries[1].isSignalFrame
  }

  #if arch(x86_64)
    /// rax, rdx, rsi, rdi, rsp, rip (arch/x86/kernel/signal_64.c), in DWARF's numbering.
    private static let setForHandlers: Set = [0, 1, 4, 5, 7, 16]
    private static let firstArgument = 5
  #else
    /// x0 to x2, x29, x30, sp, pc (arch/arm64/kernel/signal.c).
    private static let setForHandlers: Set = [0, 1, 2, 29, 30, 31, 32]
    private static let firstArgument = 0
  #endif

  package struct Sender: Sendable, Equatable {
    package var process: Int32
    package var user: UInt32

    package init(process: Int32, user: UInt32) {
      self.process = process
      self.user = user
    }
  }

  /// An address in the stack that was in use: after an overflow the stack pointer may have left it,
  /// the callers' frames have not.
  package var addressInStack: Address {
    let witness = trace?.entries.first?.canonicalFrameAddress ?? stackPointer
    return Address(witness.value > 8 ? witness.value - 8 : 0)
  }

  /// The same. Where even the first frame could not be unwound, that is the stack above the guard
  /// that its pointer has run into.
  package func addressInStack(in mappings: [Mapping]) -> Address {
    let witness = addressInStack
    guard let index = mappings.lastIndex(startingAtOrBelow: witness),
      mappings[index].contains(witness), mappings[index].permissions.isEmpty,
      let above = mappings[(index + 1)...].first, above.low == mappings[index].high
    else { return witness }
    return above.low
  }
}
