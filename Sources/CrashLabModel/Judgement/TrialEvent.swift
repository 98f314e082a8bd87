/// When something happened to a trial's process.
public struct TrialEvent: Sendable, Codable, Equatable {
  public enum Kind: String, Codable, Sendable {
    case forked, armed, fault, parked, released, reaped
    case lastBeat = "last-beat"
  }
  public var event: Kind
  /// Microseconds since the fork.
  public var at: Double

  package init(event: Kind, at: Double) {
    self.event = event
    self.at = at
  }
}
