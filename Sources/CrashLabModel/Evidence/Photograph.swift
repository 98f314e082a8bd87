/// What was seen of a process from outside while it stood still.
package struct Photograph: Sendable {
  package struct ThreadSeen: Sendable, Equatable {
    package var id: Int32
    package var name: String

    package init(id: Int32, name: String) {
      self.id = id
      self.name = name
    }
  }

  package var mappings: [Mapping]
  package var threads: [ThreadSeen]
  /// Stacks with the guards that are really in force below them.
  package var stacks: [StackRegion]

  package init(mappings: [Mapping], threads: [ThreadSeen], stacks: [StackRegion]) {
    self.mappings = mappings
    self.threads = threads
    self.stacks = stacks
  }

  package func threadName(_ id: Int32) -> String? { threads.first { $0.id == id }?.name }
}
