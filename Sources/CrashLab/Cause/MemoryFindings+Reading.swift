internal import CHarness
internal import CrashLabModel

extension MemoryFindings {
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
