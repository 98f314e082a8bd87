/// One thing that a machine can or can't do, and what follows from it for the laboratory.
package struct Finding: Sendable, Codable, Equatable {
  package enum Standing: String, Sendable, Codable {
    /// As good as it gets.
    case good
    /// It works, but something is told less exactly, or is slower.
    case limited
    /// It can't; the laboratory works without it.
    case missing
    /// Without it nothing that the laboratory says can be relied on.
    case broken
  }

  /// Kebab-case: what scripts ask for.
  package var id: String
  package var title: String
  package var standing: Standing
  /// What was found.
  package var value: String
  /// A sentence.
  package var consequence: String

  package init(
    _ id: String, _ title: String, _ standing: Standing, _ value: String, _ consequence: String
  ) {
    self.id = id
    self.title = title
    self.standing = standing
    self.value = value
    self.consequence = consequence
  }
}
