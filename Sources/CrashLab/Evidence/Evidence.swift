/// What is known of one fault from where it happened: signal, registers, unwind.
public struct Evidence: Sendable {
  /// Who unwound: the handler inside the process, the observer from outside, or whoever read its
  /// core dump.
  public enum Source: String, Codable, Sendable { case handler, observer, core }

  public var source: Source
  /// A handler of the program ran for this fault.
  public var handled: Bool
  /// The process that faulted, as the kernel says: the trial's own, or one that it has started.
  public var process: Int32
  public var thread: Int32
  public var code: SignalCode
  public var address: Address
  /// Who sent the signal, if it was sent.
  public var sender: Sender?
  public var access: Access?
  public var programCounter: Address
  public var stackPointer: Address
  public var trace: Trace?
  /// Bytes of alternate stack that the handler had touched; nil if it was not measured.
  public var handlerStackUsed: Int?
  /// CLOCK_MONOTONIC nanoseconds.
  public var caughtAt: UInt64
  public var sentAt: UInt64

  public var signal: Signal { code.signal }

  /// An instruction has raised it: it was not sent, and did not come from a terminal or a timer.
  public var isFault: Bool { signal.isFault && !code.isSent }

  public struct Sender: Sendable, Equatable {
    public var process: Int32
    public var user: UInt32
  }

  /// An address in the stack that was in use: after an overflow the stack pointer may have left it,
  /// the callers' frames have not.
  var stackWitness: Address {
    let witness = trace?.entries.first?.canonicalFrameAddress ?? stackPointer
    return Address(witness.value > 8 ? witness.value - 8 : 0)
  }

  /// The same. Where even the first frame could not be unwound, that is the stack above the guard
  /// that its pointer has run into.
  func stackWitness(in mappings: [Mapping]) -> Address {
    let witness = stackWitness
    guard let index = mappings.lastIndex(startingAtOrBelow: witness),
      mappings[index].contains(witness), mappings[index].permissions.isEmpty,
      let above = mappings[(index + 1)...].first, above.low == mappings[index].high
    else { return witness }
    return above.low
  }
}
