/// What an interpreter of Python is at work on in one thread.
package struct PythonStack: Sendable, Equatable {
  /// Innermost first, what repeats folded.
  package var frames: [PythonFrameReport]
  /// Bytes of the thread's stack that the ways between the interpreter's calls of itself have taken;
  /// nil if there are few.
  package var used: Int?

  package init(frames: [PythonFrameReport], used: Int?) {
    self.frames = frames
    self.used = used
  }

  private static let fewestEntries = 8

  /// Bytes from the innermost entry to the outermost. The longest way between two neighbours does not
  /// count: what has called back from there may have taken it for itself. Pure.
  ///
  /// - Parameter entries: where on its stack a thread has entered the interpreter, innermost first.
  package static func used(between entries: [UInt64]) -> Int? {
    guard entries.count >= fewestEntries else { return nil }
    let ways = zip(entries, entries.dropFirst()).map { Int(clamping: $1 > $0 ? $1 - $0 : 0) }
    return ways.reduce(0) { $0.plus($1) } - (ways.max() ?? 0)
  }
}
