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
    let pointers = codePointers
    let frames = trace.codeAddresses
    let (names, missing) = symbolicator.names(
      of: frames + pointers.map { CodeAddress(programCounter: $0, isReturnAddress: false) },
      in: mappings, files: files)
    take(Array(names.prefix(frames.count)), missing: missing, of: trace)
    take(Dictionary(zip(pointers, names.dropFirst(frames.count))) { first, _ in first })
    source = unwind.flatMap { OwnCode.all(in: $0.frames).first }.flatMap {
      SourceExcerpt(around: $0.function)
    }
  }

  /// What registers point to that is code.
  var codePointers: [Address] {
    (generalRegisters ?? []).filter { $0.pointsTo?.kind == .code }.map(\.value)
  }

  /// Puts names to the registers that point to code.
  private mutating func take(_ names: [Address: CodeName]) {
    for index in (generalRegisters ?? []).indices {
      guard let value = generalRegisters?[index].value, let name = names[value],
        name.symbol != nil, let offset = name.offset
      else { continue }
      generalRegisters?[index].pointsTo?.symbol = name.symbol
      generalRegisters?[index].pointsTo?.offset = offset
    }
  }

  /// Demangles the name of its exception's type.
  mutating func nameException(with symbolicator: Symbolicator) {
    guard let type = abortMessage?.exception?.type else { return }
    let prefix = "typeinfo name for "
    guard let name = symbolicator.demangled("_ZTS" + type), name.hasPrefix(prefix) else { return }
    abortMessage?.exception?.type = String(name.dropFirst(prefix.count))
  }
}
