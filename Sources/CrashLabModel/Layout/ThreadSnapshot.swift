/// What was seen of one thread from outside, without stopping it.
package struct ThreadSnapshot: Sendable, Equatable {
  package var id: Int32
  package var name: String
  /// Nil where it could not be read: it ran, or ended, in that moment.
  package var stackPointer: Address?
  /// The C library's block of just this thread; nil if it was not looked for.
  package var controlBlock: Address?

  package init(
    id: Int32, name: String, stackPointer: Address?, controlBlock: Address? = nil
  ) {
    self.controlBlock = controlBlock
    self.id = id
    self.name = name
    self.stackPointer = stackPointer
  }
}
