/// How deep the stack can be from one function on, schema 1.
package struct DepthReport: Sendable, Codable {
  package struct Step: Sendable, Codable, Equatable {
    /// As in the file; null for what was assumed.
    @Nullable package var address: Address?
    package var symbol: String
    /// What this one adds, bytes.
    package var bytes: Int
    @Nullable package var file: String?
    @Nullable package var line: Int?
  }

  package struct Unknown: Sendable, Codable, Equatable {
    package var kind: CallGraph.Deepest.Unknown.Kind
    package var symbols: [String]
    @Nullable package var address: Address?
  }

  package var schemaVersion = RunReport.schemaVersion
  package var program: String
  package var entry: String
  /// The worst case in bytes, the entry's return address included; null if something is unknown.
  @Nullable package var bound: Int?
  /// What is known of it: the bound, or less than there can be.
  package var known: Int
  /// The deepest way, from the entry on.
  package var path: [Step]
  /// Why there is no bound.
  package var unknown: [Unknown]
  /// Functions that can be reached.
  package var functions: Int
  /// What was taken for granted, bytes by name.
  package var assumed: [String: Int]

  package init(
    _ deepest: CallGraph.Deepest, program: String, entry: String, assuming: StackAssumptions
  ) {
    self.program = program
    self.entry = entry
    bound = deepest.unknowns.isEmpty ? deepest.bytes : nil
    known = deepest.bytes
    path = deepest.path.map {
      Step(address: $0.address, symbol: $0.name, bytes: $0.bytes, file: nil, line: nil)
    }
    unknown = deepest.unknowns.map { Unknown(kind: $0.kind, symbols: $0.names, address: $0.site) }
    functions = deepest.reached
    assumed = assuming.bytes
  }

  package func json() throws -> String { try JSON.text(of: self) + "\n" }
}
