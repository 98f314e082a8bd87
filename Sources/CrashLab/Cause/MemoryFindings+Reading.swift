internal import CHarness
internal import CrashLabModel

extension MemoryFindings {
  /// Whether a context of the kernel's lies there, as it pushes it for a handler: it is known by the
  /// selectors of a program's code and stack.
  static func holdsSignalContext(_ place: Address, in memory: TargetMemory) -> Bool {
    #if arch(x86_64)
      // arch/x86/include/uapi/asm/sigcontext.h: cs, gs, fs and ss, behind uc_flags, uc_link, uc_stack
      // and 18 registers; arch/x86/include/asm/segment.h: __USER_CS and __USER_DS.
      memory.word(place.value &+ 8) == 0
        && memory.word(place.value &+ 40 &+ 18 * 8) == 0x002b_0000_0000_0033
    #else
      false
    #endif
  }

  /// Bytes of a string that a register points to.
  private static let mostText = 48

  /// Reads what there is to read for one fault.
  ///
  /// - Parameters:
  ///   - evidence: with its trace.
  ///   - memory: of the process, which stands still or is dead.
  init(of evidence: Evidence, in memory: TargetMemory) {
    self.init(
      abortMessage: AbortMessage(of: evidence, in: memory),
      wordBelowStack: evidence.stackPointer.value >= 8
        ? memory.word(evidence.stackPointer.value - 8) : nil)
    isBehindHandler = MemoryFindings.holdsSignalContext(evidence.stackPointer, in: memory)
    if let threadPointer = evidence.context?.segmentBases?.fs, var python = PythonFrames(in: memory)
    {
      self.python = python.of(threadPointer: threadPointer)
    }
    for (number, value) in (evidence.context?.registers ?? []).enumerated() {
      guard let mapping = memory.mappings.holding(Address(value)),
        mapping.permissions.contains(.read), !mapping.permissions.contains(.execute),
        let bytes = memory.bytes(
          at: value,
          atMost: min(MemoryFindings.mostText, Int(clamping: mapping.high.value - value)))
      else { continue }
      texts[number] = PointedText.text(in: bytes, of: MemoryFindings.mostText)
    }
  }
}
