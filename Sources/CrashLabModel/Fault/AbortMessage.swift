/// What was said before the process ended itself, as it was found in its memory. Values that are
/// not known for certain are nil.
package struct AbortMessage: Sendable, Codable, Equatable {
  /// Of the C library (an assertion, a damaged heap, a smashed stack), or of Swift's runtime; without
  /// the end of the last line. Of a check that Swift's compiler has put into the code, the reason that
  /// its debug information tells.
  @Nullable package var text: String?
  /// Why std::terminate was called; null if it was not, or if nobody knows.
  @Nullable package var terminate: Terminate?
  /// The exception that was active; null if there was none, or if nobody knows.
  @Nullable package var exception: ThrownException?

  /// What called std::terminate.
  package enum Terminate: String, Sendable, Codable {
    /// An exception was active: nothing has caught it, or it was being handled.
    case exception
    /// No exception of C++ was active.
    case noException = "no-exception"
    case pureVirtualCall = "pure-virtual-call"
    case deletedVirtualCall = "deleted-virtual-call"
    /// Whether there was an exception is not known.
    case unknown
  }

  /// Nil if there is nothing to tell.
  package init?(text: String?, terminate: Terminate? = nil, exception: ThrownException? = nil) {
    if text == nil, terminate == nil { return nil }
    self.text = text
    self.terminate = terminate
    self.exception = exception
  }
}

/// An exception of C++.
package struct ThrownException: Sendable, Codable, Equatable {
  /// The type's name; as the linker knows it, where it could not be demangled.
  package var type: String
  /// What its what() returns; null if it is no std::exception, or if nobody knows.
  @Nullable package var what: String?

  package init(type: String, what: String?) {
    self.type = type
    self.what = what
  }
}
