/// How memory was touched when it faulted, from the processor's own error code.
public enum Access: String, Codable, Sendable {
  case read, write, execute
}
