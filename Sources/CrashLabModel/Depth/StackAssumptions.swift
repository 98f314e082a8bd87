/// What the reader is told to take for granted: bytes that a call needs, from its return address on.
package struct StackAssumptions: Sendable, Equatable {
  /// By the callee's name; `NAME:*` is for the calls through pointers in the function NAME, `*` for
  /// those in any.
  package var bytes: [String: Int] = [:]

  package init(_ bytes: [String: Int] = [:]) { self.bytes = bytes }

  /// `NAME=BYTES`; nil if it is not that.
  ///
  /// - Parameter bytes: reads a number of bytes.
  package mutating func add(_ text: String, bytes: (String) -> Int?) -> Bool {
    guard let equals = text.lastIndex(of: "="), equals > text.startIndex,
      let value = bytes(String(text[text.index(after: equals)...])), value >= 0
    else { return false }
    self.bytes[String(text[..<equals])] = value
    return true
  }
}
