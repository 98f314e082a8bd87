/// What a stack serves.
public enum StackKind: String, Codable, Sendable, CaseIterable {
  case main, thread, coroutine
  case alternateStack = "alternate-stack"
}
