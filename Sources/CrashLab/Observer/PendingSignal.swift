internal import CHarness
internal import CrashLabModel

/// A signal that a thread was about to get, with its registers: enough to unwind from there as long
/// as the frames above are still in use.
struct PendingSignal {
  var evidence: Evidence
  var registers: clab_registers
  /// The limit of stacks when the program began, from which the C library took the size of threads;
  /// nil if nobody saw that.
  var stackLimitAtStart: StackSizeSource.ResourceLimit?

  var thread: Int32 { evidence.thread }

  init(_ evidence: Evidence, registers: clab_registers) {
    self.evidence = evidence
    self.registers = registers
  }

  /// The chain of calls that led there.
  func unwound() -> Trace? { CrashLab.unwind(registers, of: evidence.thread) }

  /// Whether another signal came at the same instruction, the same stack pointer and for the same
  /// address: nothing has happened in between but a handler that returned.
  func isRepeated(by other: Evidence) -> Bool {
    evidence.signal == other.signal && evidence.isAtPlace(of: other)
      && evidence.address == other.address && evidence.code.isSent == other.code.isSent
  }

  /// Whether the thread, which has these registers now, has executed nothing since.
  func isStill(at registers: clab_registers) -> Bool {
    withUnsafePointer(to: registers) {
      clab_program_counter_of($0) == evidence.programCounter.value
        && clab_stack_pointer_of($0) == evidence.stackPointer.value
    }
  }

  /// Whether a chain of calls runs through the handler of this signal: it holds a signal frame, and
  /// the frame above is the one that was interrupted here.
  func isBeingHandled(in trace: Trace) -> Bool {
    zip(trace.entries, trace.entries.dropFirst()).contains { frame, above in
      frame.isSignalFrame && above.isExact && above.programCounter == evidence.programCounter
        && above.canonicalFrameAddress >= evidence.stackPointer
        && frame.canonicalFrameAddress == evidence.stackPointer
    }
  }
}

/// The C library's control block of a thread that stands still; nil where its thread register leads
/// to none that names this thread.
func controlBlock(of thread: Int32) -> Address? {
  let block = clab_control_block_of_thread(thread)
  return block == 0 ? nil : Address(block)
}
