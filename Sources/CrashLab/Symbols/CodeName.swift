/// What the code at a program counter is called, and where it was written. What is not known is
/// nil.
public struct CodeName: Sendable, Equatable {
  /// Demangled.
  public var symbol: String?
  /// From the symbol's start, or from the image's where there is no symbol; in bytes.
  public var offset: Int?
  public var location: SourceLocation?
  /// The path of the file that the code was loaded from.
  public var image: String?
  /// Functions that were inlined there, innermost first; the symbol is the one that they are in.
  public var inlined: [Inlined] = []

  public struct Inlined: Sendable, Equatable {
    public var symbol: String
    public var location: SourceLocation?
  }

  public static let unknown = CodeName()
}

/// A place in a source file; line and column begin with 1.
public struct SourceLocation: Sendable, Equatable {
  /// As the debug information has it: whole, where the compiler has written it whole.
  public var file: String
  public var line: Int
  public var column: Int?
}
