/// Functions of a program that can step over a guard, schema 1.
package struct LargeFrameReport: Sendable, Codable {
  package struct Function: Sendable, Codable, Equatable {
    /// As in the file.
    package var address: Address
    /// Of its code, bytes.
    package var size: Int
    /// How far below the last touched byte it moves the stack pointer at once, bytes. Null where
    /// only running tells: alloca, an array of variable length.
    @Nullable package var step: Int?
    /// From the return address, which is part of it, to the lowest byte that the code and the
    /// call-frame information tell of; bytes.
    package var frameSize: Int
    /// Demangled; null where the file has no name for it.
    @Nullable package var symbol: String?
    @Nullable package var file: String?
    @Nullable package var line: Int?
    @Nullable package var column: Int?

    package init(
      address: Address, size: Int, step: Int? = nil, frameSize: Int, symbol: String? = nil,
      file: String? = nil,
      line: Int? = nil, column: Int? = nil
    ) {
      self.address = address
      self.size = size
      self.step = step
      self.frameSize = frameSize
      self.symbol = symbol
      self.file = file
      self.line = line
      self.column = column
    }
  }

  package struct Summary: Sendable, Codable, Equatable {
    /// With call-frame information.
    package var functions = 0
    /// With a step larger than the guard.
    package var unprobed = 0
    /// With probes.
    package var probed = 0
    /// With a step whose size only running tells, without probes.
    package var dynamic = 0
    /// Whose code was not understood to its end.
    package var notUnderstood = 0
    /// Bytes of code that no call-frame information covers.
    package var uncoveredBytes = 0

    package init(
      functions: Int = 0, unprobed: Int = 0, probed: Int = 0, dynamic: Int = 0,
      notUnderstood: Int = 0, uncoveredBytes: Int = 0
    ) {
      self.functions = functions
      self.unprobed = unprobed
      self.probed = probed
      self.dynamic = dynamic
      self.notUnderstood = notUnderstood
      self.uncoveredBytes = uncoveredBytes
    }
  }

  package var schemaVersion = RunReport.schemaVersion
  package var program: String
  /// Bytes: steps larger than this can pass over a guard.
  package var guardSize: Int
  package var summary: Summary
  /// The largest step first.
  package var functions: [Function]
  /// Those of dynamic size, in the file's order.
  package var dynamic: [Function]
  /// Code without call-frame information, in the file's order.
  package var uncovered: [UncoveredCode]

  package init(
    schemaVersion: Int = RunReport.schemaVersion, program: String, guardSize: Int, summary: Summary,
    functions: [Function], dynamic: [Function], uncovered: [UncoveredCode] = []
  ) {
    self.schemaVersion = schemaVersion
    self.program = program
    self.guardSize = guardSize
    self.summary = summary
    self.functions = functions
    self.dynamic = dynamic
    self.uncovered = uncovered
  }

  /// Whether some step is larger.
  package func exceeds(_ bytes: Int) -> Bool { functions.contains { ($0.step ?? 0) > bytes } }

  /// Code whose steps nobody can vouch for: uncovered, and no part of the startup code.
  package var unproved: [UncoveredCode] { uncovered.filter { $0.kind == .code } }

  package func json() throws -> String { try JSON.text(of: self) + "\n" }
}
