/// Functions of a program that can step over a guard, schema 1.
public struct LargeFrameReport: Sendable, Codable {
  public struct Function: Sendable, Codable, Equatable {
    /// As in the file.
    public var address: Address
    /// Of its code, bytes.
    public var size: Int
    /// How far below the last touched byte it moves the stack pointer at once, bytes. Null where
    /// only running tells: alloca, an array of variable length.
    @Nullable public var step: Int?
    /// From the return address, which is part of it, to the lowest byte that the code and the
    /// call-frame information tell of; bytes.
    public var frameSize: Int
    /// Demangled; null where the file has no name for it.
    @Nullable public var symbol: String?
    @Nullable public var file: String?
    @Nullable public var line: Int?
    @Nullable public var column: Int?
  }

  public struct Summary: Sendable, Codable, Equatable {
    /// With call-frame information.
    public var functions = 0
    /// With a step larger than the guard.
    public var unprobed = 0
    /// With probes.
    public var probed = 0
    /// With a step whose size only running tells, without probes.
    public var dynamic = 0
    /// Whose code was not understood to its end.
    public var notUnderstood = 0
  }

  public var schemaVersion = RunReport.schemaVersion
  public var program: String
  /// Bytes: steps larger than this can pass over a guard.
  public var guardSize: Int
  public var summary: Summary
  /// The largest step first.
  public var functions: [Function]
  /// Those of dynamic size, in the file's order.
  public var dynamic: [Function]

  /// Whether some step is larger.
  public func exceeds(_ bytes: Int) -> Bool { functions.contains { ($0.step ?? 0) > bytes } }

  public func json() throws -> String { try JSON.text(of: self) + "\n" }

  /// - `limit`: how many functions are shown.
  public func text(theme: Theme = .plain, limit: Int = 40) -> String {
    var text = theme.heading(printable(program)) + ": "
    text +=
      "\(grouped(summary.functions)) functions, \(grouped(summary.unprobed)) of them move the "
    text += "stack pointer by more than \(bytesInWords(guardSize)) at once\n"
    for function in functions.prefix(limit) {
      text += "  \(grouped(function.step ?? 0).aligned(to: 14)) bytes  "
      text += theme.symbol(printable(function.symbol ?? "\(function.address)"))
      if let file = function.file {
        text += theme.faint(" at \(printable(file))\(function.line.map { ":\($0)" } ?? "")")
      }
      text += "\n"
    }
    if functions.count > limit {
      text += "  and \(grouped(functions.count - limit)) more (--all)\n"
    }
    if summary.probed > 0 { text += "\(grouped(summary.probed)) are built with probes\n" }
    if summary.dynamic > 0 {
      text +=
        "\(grouped(summary.dynamic)) have a frame whose size only running tells, "
        + "without probes (--format json names them)\n"
    }
    if summary.notUnderstood > 0 {
      text += "\(grouped(summary.notUnderstood)) were not understood to their end\n"
    }
    return text
  }
}
