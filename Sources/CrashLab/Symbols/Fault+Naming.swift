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

  /// Demangles the name of its exception's type.
  mutating func nameException(with symbolicator: Symbolicator) {
    guard let type = abortMessage?.exception?.type else { return }
    let prefix = "typeinfo name for "
    guard let name = symbolicator.demangled("_ZTS" + type), name.hasPrefix(prefix) else { return }
    abortMessage?.exception?.type = String(name.dropFirst(prefix.count))
  }
}
