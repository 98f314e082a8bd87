/// How a process ended, as the kernel tells its parent (waitid(2)).
public struct Termination: Sendable, Equatable, Codable {
  public enum Kind: String, Codable, Sendable {
    case signal, exit
    /// The laboratory ended it when its time was over.
    case deadline
  }

  public var kind: Kind
  @Nullable public var signal: Signal?
  public var coreDumped: Bool
  @Nullable public var exitStatus: Int32?

  package init(kind: Kind, signal: Signal? = nil, coreDumped: Bool, exitStatus: Int32? = nil) {
    self.kind = kind
    self.signal = signal
    self.coreDumped = coreDumped
    self.exitStatus = exitStatus
  }

  public static func killed(by signal: Signal, coreDumped: Bool = false) -> Termination {
    Termination(kind: .signal, signal: signal, coreDumped: coreDumped, exitStatus: nil)
  }

  public static func exited(_ status: Int32) -> Termination {
    Termination(kind: .exit, signal: nil, coreDumped: false, exitStatus: status)
  }

  /// The laboratory's own kill.
  public static let deadline = Termination(
    kind: .deadline, signal: .kill, coreDumped: false, exitStatus: nil)
}
