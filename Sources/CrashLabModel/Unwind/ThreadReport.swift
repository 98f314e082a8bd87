/// One thread of a process, where it stood.
package struct ThreadReport: Sendable, Codable, Equatable {
  package var id: Int32
  /// "" where nobody tells: a core dump has no names.
  package var name: String
  /// The thread whose chain of calls is the same, and is told there; null for the first of them.
  @Nullable package var sameAs: Int32?
  /// Null where another thread's is the same, and where it could not be unwound.
  @Nullable package var unwind: UnwindReport?

  package init(id: Int32, name: String, sameAs: Int32? = nil, unwind: UnwindReport? = nil) {
    self.id = id
    self.name = name
    self.sameAs = sameAs
    self.unwind = unwind
  }
}

/// Threads whose chains of calls are the same.
package struct EqualThreads: Sendable, Equatable {
  /// The first of them, which has the chain.
  package var first: ThreadReport
  package var count: Int
  /// Of all of them, each once, in their order.
  package var names: [String]

  /// By count, most first; then in the order of the threads. Pure.
  package static func all(in threads: [ThreadReport]) -> [EqualThreads] {
    var groups: [EqualThreads] = []
    var places: [Int32: Int] = [:]
    for thread in threads {
      if let same = thread.sameAs, let place = places[same] {
        groups[place].count += 1
        if !groups[place].names.contains(thread.name) { groups[place].names.append(thread.name) }
      } else {
        places[thread.id] = groups.count
        groups.append(EqualThreads(first: thread, count: 1, names: [thread.name]))
      }
    }
    return groups.enumerated()
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
  }
}
