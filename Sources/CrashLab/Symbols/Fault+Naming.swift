internal import CrashLabModel

extension Fault {
  /// Names the frames of its unwind.
  ///
  /// - Parameters:
  ///   - trace: what the unwind was made of.
  ///   - mappings: of the process, while it stood still.
  ///   - files: behind those mappings.
  mutating func name(
    _ trace: Trace, in mappings: [Mapping], files: MappedFiles, with symbolicator: Symbolicator
  ) {
    let (names, missing) = symbolicator.names(of: trace.codeAddresses, in: mappings, files: files)
    take(names, missing: missing, of: trace)
  }
}
