/// What was read of a process's memory for one fault, beside the unwind.
package struct MemoryFindings: Sendable {
  /// What was said before; nil if nothing was, or nobody knows.
  package var abortMessage: AbortMessage?
  /// Directly below the stack pointer; nil if it can't be read.
  package var wordBelowStack: UInt64?
  /// The frame that the kernel makes for a handler lies at the stack pointer, without the address
  /// that the handler returns to.
  package var isBehindHandler = false
  /// The text that a register points to, by its number of DWARF.
  package var texts: [Int: String]
  /// Of the thread; nil if there is no interpreter.
  package var python: PythonStack?

  package init(
    abortMessage: AbortMessage? = nil, wordBelowStack: UInt64? = nil, texts: [Int: String] = [:],
    python: PythonStack? = nil
  ) {
    self.python = python
    self.abortMessage = abortMessage
    self.wordBelowStack = wordBelowStack
    self.texts = texts
  }
}
