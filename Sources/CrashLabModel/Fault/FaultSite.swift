/// Where a fault fell, and how far that is from the stack that it belongs to.
public struct FaultSite: Sendable, Equatable, Codable {
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// In the guard of a stack.
    case `guard`
    /// Below the guard of the stack that was in use: the guard was stepped over.
    case pastGuard = "past-guard"
    /// Below what the kernel allows the main stack, or where it could not grow.
    case mainStackLimit = "main-stack-limit"
    /// In a stack that is not the one in use.
    case otherStack = "other-stack"
    /// In the stack in use, above its limit.
    case ownStack = "own-stack"
    /// In a mapping that does not permit the access.
    case mapping
    case unmapped
    /// So low that it is a null pointer with an offset.
    case nullPage = "null-page"
    /// No address of this processor.
    case nonCanonical = "non-canonical"
    /// The processor or the kernel refused the instruction, not for its address (SI_KERNEL).
    case refused
    /// A trap, or a signal that somebody sent: there is no address.
    case notAFault = "not-a-fault"
  }

  public struct Owner: Sendable, Equatable, Codable {
    public var kind: StackKind
    public var name: String

    public init(kind: StackKind, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  public var kind: Kind
  @Nullable public var owner: Owner?
  @Nullable public var stackLimit: Address?
  /// Bytes; null if not known.
  @Nullable public var stackSize: Int?
  /// Bytes that it has at most: to the end of the memory that it lies in. Null where the size is known,
  /// and where nothing is.
  @Nullable public var stackSizeAtMost: Int?
  @Nullable public var `guard`: Guard?
  /// Stack limit minus fault address, in bytes.
  @Nullable public var overshoot: Int?
  /// Bytes between the guard's low end and the access: 0 if the guard was hit.
  @Nullable public var skipped: Int?
  /// What is mapped there: a path, or `anonymous` with its permissions.
  @Nullable public var mapping: String?
  /// Of an access to a guard, or below the main stack's limit, that is not the stack's own: bytes from
  /// there to the stack pointer. Null where the stack pointer had come there.
  @Nullable public var strayBy: Int?

  public init(
    _ kind: Kind, owner: Owner? = nil, stackLimit: Address? = nil, stackSize: Int? = nil,
    stackSizeAtMost: Int? = nil, guard: Guard? = nil, overshoot: Int? = nil, skipped: Int? = nil,
    mapping: String? = nil
  ) {
    self.kind = kind
    self.owner = owner
    self.stackLimit = stackLimit
    self.stackSize = stackSize
    self.stackSizeAtMost = stackSizeAtMost
    self.guard = `guard`
    self.overshoot = overshoot
    self.skipped = skipped
    self.mapping = mapping
  }

  /// Bytes of stack to the end of the memory that it lies in, known or at most.
  package var stackExtent: Int? { stackSize ?? stackSizeAtMost }

  /// Whether a stack overflowed: the one thing that most people want to know.
  public var isOverflow: Bool {
    switch kind {
    case .guard, .pastGuard, .mainStackLimit: strayBy == nil
    default: false
    }
  }
}
