/// What was seen of a process from outside while it stood still.
public struct Photograph: Sendable {
  public struct ThreadSeen: Sendable, Equatable {
    public var id: Int32
    public var name: String
  }

  public var mappings: [Mapping]
  public var threads: [ThreadSeen]
  /// Stacks with the guards that are really in force below them.
  public var stacks: [StackRegion]

  public func threadName(_ id: Int32) -> String? { threads.first { $0.id == id }?.name }
}
