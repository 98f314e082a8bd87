/// What was seen of one thread from outside, without stopping it.
package struct ThreadSight: Sendable, Equatable {
  package var id: Int32
  package var name: String
  /// Nil where it could not be read: it ran, or ended, in that moment.
  package var stackPointer: Address?

  package init(id: Int32, name: String, stackPointer: Address?) {
    self.id = id
    self.name = name
    self.stackPointer = stackPointer
  }
}
