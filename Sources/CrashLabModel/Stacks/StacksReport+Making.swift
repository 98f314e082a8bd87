extension StacksReport {
  /// Puts names to what was counted, and says what would have been enough. Pure.
  ///
  /// - Parameters:
  ///   - names: of the entry functions.
  ///   - images: paths of what was mapped.
  ///   - limit: RLIMIT_STACK of the program.
  package init(
    _ tally: StackTally, names: [Address: CodeName], images: [String],
    limit: StackSizeSource.ResourceLimit, notes: Set<StacksNote>, command: [String],
    machine: Machine
  ) {
    let groups = tally.groups.map { key, group in
      let name = key.entry.flatMap { names[$0] }
      let source: StackSizeSource? =
        if key.kind == .main { .resourceLimit } else {
          StacksReport.maker(name)
            ?? StackSizeSource.ofThread(
              size: key.size, guard: key.guard ?? 0, images: images, limit: limit)
        }
      return Group(
        key, group, entry: name?.symbol ?? key.entry.map(\.description),
        advice: StackAdvice.judge(
          peak: group.peak, guard: key.guard, source: source, pageSize: machine.pageSize))
    }
    self.init(
      machine: machine, command: command, stacks: groups,
      notes: notes.sorted { $0.rawValue < $1.rawValue })
  }

  private static func maker(_ entry: CodeName?) -> StackSizeSource? {
    guard let entry else { return nil }
    if let symbol = entry.symbol, symbol.hasPrefix("std::sys::"), symbol.contains("thread_start") {
      return .rust
    }
    return entry.image.flatMap { StackSizeSource.maker(image: $0) }
  }
}
