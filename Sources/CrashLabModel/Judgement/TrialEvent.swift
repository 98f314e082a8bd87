/// When something happened to a trial's process.
package struct TrialEvent: Sendable, Codable, Equatable {
  package enum Kind: String, Codable, Sendable {
    case forked, armed, fault, parked, released, reaped
    case lastBeat = "last-beat"
  }
  package var event: Kind
  /// Microseconds since the fork.
  package var at: Double

  package init(event: Kind, at: Double) {
    self.event = event
    self.at = at
  }
}
