/// What the code at a program counter is called, and where it was written. What is not known is
/// nil.
package struct CodeName: Sendable, Equatable {
  /// Demangled.
  package var symbol: String?
  /// From the symbol's start, or from the image's where there is no symbol; in bytes.
  package var offset: Int?
  package var location: SourceLocation?
  /// The path of the file that the code was loaded from.
  package var image: String?
  /// Functions that were inlined there, innermost first; the symbol is the one that they are in.
  package var inlined: [Inlined] = []

  package init(
    symbol: String? = nil, offset: Int? = nil, location: SourceLocation? = nil,
    image: String? = nil,
    inlined: [Inlined] = []
  ) {
    self.symbol = symbol
    self.offset = offset
    self.location = location
    self.image = image
    self.inlined = inlined
  }

  package struct Inlined: Sendable, Equatable {
    package var symbol: String
    package var location: SourceLocation?

    package init(symbol: String, location: SourceLocation? = nil) {
      self.symbol = symbol
      self.location = location
    }
  }

  package static let unknown = CodeName()
}

/// A place in a source file; line and column begin with 1.
package struct SourceLocation: Sendable, Equatable {
  /// As the debug information has it: whole, where the compiler has written it whole.
  package var file: String
  package var line: Int
  package var column: Int?

  package init(file: String, line: Int, column: Int?) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// A program counter, and whether it is where a call returns to: the call is before it.
package struct CodeAddress: Hashable, Sendable {
  package var programCounter: Address
  package var isReturnAddress: Bool

  package init(programCounter: Address, isReturnAddress: Bool) {
    self.programCounter = programCounter
    self.isReturnAddress = isReturnAddress
  }
}
