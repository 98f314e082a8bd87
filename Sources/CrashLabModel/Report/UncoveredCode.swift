/// Code that no call-frame information covers: what moves the stack pointer there is not known for
/// certain, since nobody tells where its functions begin.
package struct UncoveredCode: Sendable, Codable, Equatable {
  package enum Kind: String, Sendable, Codable {
    case code
    /// The few bytes that the C runtime and the linker add to every program.
    case startup
  }

  /// As in the file.
  package var address: Address
  /// Bytes.
  package var size: Int
  package var kind: Kind
  /// The section; empty in a file without sections.
  package var section: String
  /// Demangled by nobody; null where the file has no name for it.
  @Nullable package var symbol: String?
  /// The largest step that reading from its beginning shows, bytes; null if that is not all of it.
  @Nullable package var step: Int?

  package init(
    address: Address, size: Int, kind: Kind, section: String, symbol: String?, step: Int?
  ) {
    self.address = address
    self.size = size
    self.kind = kind
    self.section = section
    self.symbol = symbol
    self.step = step
  }
}
