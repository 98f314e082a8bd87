/// One thread of a process that stood still, not named yet.
package struct ThreadTrace: Sendable, Equatable {
  package var id: Int32
  package var name: String
  /// Nil if it could not be unwound.
  package var trace: Trace?
  package var python: [PythonFrameReport]?

  package init(id: Int32, name: String, trace: Trace?, python: [PythonFrameReport]? = nil) {
    self.python = python
    self.id = id
    self.name = name
    self.trace = trace
  }
}

extension [ThreadTrace] {
  /// For each thread the first one that stands at the same place of the same chain of calls; nil for
  /// that first one itself, and where nothing is known. Pure.
  package var sameAs: [Int32?] {
    var first: [Chain: Int32] = [:]
    return map { thread in
      guard let trace = thread.trace, !trace.entries.isEmpty else { return nil }
      let chain = Chain(steps: trace.entries.map(Step.init), python: thread.python)
      if let same = first[chain] { return same }
      first[chain] = thread.id
      return nil
    }
  }
}

private struct Chain: Hashable {
  var steps: [Step]
  var python: [PythonFrameReport]?
}

/// What makes two chains equal: where they are, not where their stacks lie.
private struct Step: Hashable {
  var programCounter: Address
  var count: Int
  var period: Int

  init(_ entry: Trace.Entry) {
    programCounter = entry.programCounter
    count = entry.count
    period = entry.period
  }
}
