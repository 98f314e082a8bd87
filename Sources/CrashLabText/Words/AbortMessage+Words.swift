package import CrashLabModel

extension AbortMessage {
  /// `free(): double free detected in tcache 2`; for exceptions the sentences of the C++ library.
  package var inWords: String {
    [text, terminate.map(inWords)].compactMap { $0 }.joined(separator: "; ")
  }

  private func inWords(_ terminate: Terminate) -> String {
    let after =
      exception.map { exception in
        "terminate called after throwing an instance of '\(exception.type)'"
          + (exception.what.map { ": \($0)" } ?? "")
      }
    switch terminate {
    case .exception: return after ?? "terminate called after throwing an exception"
    case .noException: return "terminate called without an active exception"
    case .pureVirtualCall: return "pure virtual method called"
    case .deletedVirtualCall: return "deleted virtual method called"
    case .unknown: return "terminate called"
    }
  }
}
