extension StacksReport {
  /// Puts names to what was counted, and says what would have been enough. Pure.
  ///
  /// - Parameters:
  ///   - names: of the entry functions.
  ///   - images: paths of what was mapped.
  ///   - limit: RLIMIT_STACK of the program.
  ///   - unwinds: of the deepest samples, with names; made from the traces if there are none.
  ///   - samples: how many were taken; nil if none were asked for.
  package init(
    _ tally: StackTally, names: [Address: CodeName], images: [String],
    limit: StackSizeSource.ResourceLimit, notes: Set<StacksNote>, command: [String],
    machine: Machine, unwinds: [(sample: SampledTrace, unwind: UnwindReport)] = [],
    samples: Int? = nil
  ) {
    // A coroutine's function is known by the calls in it, of which there may be several.
    var merged: [MergedKey: (key: StackTally.Key, group: StackTally.Group, name: CodeName?)] = [:]
    for (key, group) in tally.groups {
      let name = StacksReport.name(of: key, names)
      let entry = name?.symbol ?? key.entry.map(\.description)
      let same = MergedKey(
        kind: key.kind, name: key.name, entry: entry, size: key.size, guard: key.guard)
      merged[same] = (key, merged[same].map { $0.group.adding(group) } ?? group, name)
    }
    let groups = merged.map { same, found in
      let source: StackSizeSource? =
        switch same.kind {
        case .main: StackSizeSource.ofMain(size: same.size, limit: limit)
        case .coroutine: .coroutine
        case .alternateStack: .alternateStack
        case .thread:
          StacksReport.maker(found.name)
            ?? StackSizeSource.ofThread(
              size: same.size, guard: same.guard ?? 0, images: images, limit: limit)
        }
      var group = Group(
        found.key, found.group, entry: same.entry,
        advice: StackAdvice.judge(
          peak: found.group.peak, size: same.size, guard: same.guard, source: source,
          pageSize: machine.pageSize))
      if let deepest = found.group.deepest {
        group.deepestSample = DeepestSample(
          depth: deepest.depth,
          unwind: unwinds.first { $0.sample == deepest }?.unwind
            ?? UnwindReport(deepest.trace, by: .observer))
      }
      return group
    }
    self.init(
      machine: machine, command: command, stacks: groups,
      notes: notes.sorted { $0.rawValue < $1.rawValue })
    self.samples = samples
  }

  private struct MergedKey: Hashable {
    var kind: StackKind
    var name: String
    var entry: String?
    var size: Int?
    var `guard`: Int?
  }

  /// Of a coroutine the outermost function that is not one that starts coroutines. Where such a
  /// function has the user's in it, inlined, the next one outwards to be seen is a library's: then
  /// the starting one's own name tells more.
  private static func name(of key: StackTally.Key, _ names: [Address: CodeName]) -> CodeName? {
    let known = ([key.entry].compactMap { $0 } + key.calls).compactMap { names[$0] }
    var starting: CodeName?
    for name in known where name.symbol != nil {
      if name.startsEveryCoroutine { continue }
      if !name.startsCoroutines {
        return starting == nil || starting?.image == name.image ? name : starting
      }
      if let inlined = name.inlined.last(where: { !startsCoroutines($0.symbol) }) {
        return CodeName(symbol: inlined.symbol, location: inlined.location, image: name.image)
      }
      starting = starting ?? name
    }
    return starting ?? known.first
  }

  private static func maker(_ entry: CodeName?) -> StackSizeSource? {
    guard let entry else { return nil }
    if let symbol = entry.symbol, symbol.hasPrefix("std::sys::"), symbol.contains("thread_start") {
      return .rust
    }
    return entry.image.flatMap { StackSizeSource.maker(image: $0) }
  }
}

extension CodeName {
  /// glibc's makecontext, and what Boost.Context returns to.
  fileprivate var startsEveryCoroutine: Bool {
    symbol == "__start_context" || symbol?.contains("::fiber_exit<") == true
  }

  fileprivate var startsCoroutines: Bool { symbol.map(CrashLabModel.startsCoroutines) ?? false }
}

/// Whether a function is of Boost's, which every coroutine has.
private func startsCoroutines(_ symbol: String) -> Bool {
  symbol.hasPrefix("boost::") || symbol.contains(" boost::context::detail::")
    || symbol.hasPrefix("std::")
}
