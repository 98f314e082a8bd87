/// The frame of a signal that the kernel could not put onto a stack: the stack has overflowed, though
/// the program has not touched anything beyond it.
///
/// arch/x86/kernel/signal.c: get_sigframe leaves the red zone, then takes room for the processor's
/// state and for struct rt_sigframe. If that can't be written, signal_setup_done raises SIGSEGV with
/// SI_KERNEL at the interrupted instruction, in place of the signal. arch/arm64/kernel/signal.c does
/// the same, without a red zone.
package struct SignalFrame: Sendable, Equatable, Codable {
  /// Bytes below the stack pointer: the red zone and AT_MINSIGSTKSZ.
  package var needed: Int
  /// Bytes between the stack pointer and the stack's limit.
  package var available: Int
  /// The signal that was being delivered; null if nobody has seen it.
  @Nullable package var signal: Signal?

  package init(needed: Int, available: Int, signal: Signal?) {
    self.needed = needed
    self.available = available
    self.signal = signal
  }

  #if arch(x86_64)
    /// System V ABI, x86-64: what a function may use below the stack pointer.
    package static let redZone = 128
    /// AT_MINSIGSTKSZ counts what alignment may take (fpu 63, frame 15, return address 8): a frame
    /// may be smaller by so much.
    package static func slack(_ frameSize: Int) -> Int { 63 + 15 + 8 }
  #else
    package static let redZone = 0
    /// AT_MINSIGSTKSZ counts all vector registers that the processor has, but a frame holds those
    /// that the thread uses: at least struct rt_sigframe and a frame record.
    package static func slack(_ frameSize: Int) -> Int { max(0, frameSize - (4688 + 16)) }
  #endif

  /// Whether it was a frame that did not fit. Pure.
  ///
  /// - Parameters:
  ///   - cause: what the instruction tells: it must not explain the refusal itself.
  ///   - delivering: a signal that was about to be delivered at the same place just before.
  ///   - stack: the one in use.
  ///   - frameSize: AT_MINSIGSTKSZ; 0 if the kernel does not tell.
  package static func missing(
    cause: RefusalCause, delivering: Signal?, stackPointer: Address, stack: StackRegion?,
    frameSize: Int
  ) -> SignalFrame? {
    switch cause {
    case .notTheInstruction: break
    case .unknown where delivering != nil: break
    default: return nil
    }
    guard frameSize > 0, let stack, stack.low <= stackPointer, stackPointer <= stack.high
    else { return nil }
    let needed = redZone + frameSize
    let available = Int(clamping: stackPointer.value - stack.low.value)
    // Within the slack it may have fitted, unless the signal was seen to come.
    guard available < (delivering == nil ? needed - slack(frameSize) : needed) else { return nil }
    return SignalFrame(needed: needed, available: available, signal: delivering)
  }

  /// The lowest byte that it wanted.
  package func low(below stackPointer: Address) -> Address {
    Address(stackPointer.value &- UInt64(needed))
  }
}
