package import CrashLabModel

extension Fault {
  /// Names the frames of its unwind.
  ///
  /// - Parameters:
  ///   - trace: what the unwind was made of.
  ///   - mappings: of the process, while it stood still.
  package mutating func name(
    _ trace: Trace, in mappings: [Mapping], with symbolicator: Symbolicator
  ) {
    take(symbolicator.names(of: trace.codeAddresses, in: mappings), of: trace)
  }
}
