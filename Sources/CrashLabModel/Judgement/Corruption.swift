/// A canary that was found changed: memory that nobody may have written.
public struct Corruption: Sendable, Equatable, Codable {
  /// What it lies in: "mapping", "stack", "heap block".
  public var what: String
  /// Whose memory it is.
  public var owner: String
  public var firstAddress: Address
  public var bytesChanged: Int
  /// From the limit of the stack that ran into it down to the lowest changed byte; nil if there is
  /// no such stack.
  @Nullable public var belowStackLimit: Int?

  public init(
    what: String, owner: String, firstAddress: Address, bytesChanged: Int, belowStackLimit: Int?
  ) {
    self.what = what
    self.owner = owner
    self.firstAddress = firstAddress
    self.bytesChanged = bytesChanged
    self.belowStackLimit = belowStackLimit
  }
}
