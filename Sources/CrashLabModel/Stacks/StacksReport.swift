/// How much of their stacks the threads of a program have used, schema 1.
public struct StacksReport: Sendable, Codable {
  /// Stacks of one name, entry function and size.
  public struct Group: Sendable, Codable {
    public var kind: StackKind
    /// Of the thread when it ended, with a star for each number in it; empty of a coroutine.
    public var name: String
    /// The function that the thread began with; of a coroutine the outermost that a return address
    /// on the stack lies in; null if it is not known.
    @Nullable public var entry: String?
    public var count: Int
    /// From the guard to the top, bytes, as all that follow; null if its limit is not known.
    @Nullable public var size: Int?
    @Nullable public var `guard`: Int?
    /// The most that one of them has used, thread-local storage and control block included; null if
    /// nobody has seen any.
    @Nullable public var peak: Int?
    /// What the peak is worth.
    @Nullable package var bound: StackPeak.Bound?
    /// How many of them ended before they could be looked at.
    public var unseen: Int
    @Nullable public var threadLocalStorage: Int?
    /// What was never used.
    @Nullable public var headroom: Int?
    /// Whether the peak is known to the byte.
    public var exact: Bool
    /// The smallest size that would have held this run, with a margin.
    @Nullable package var advice: StackAdvice?
    /// Null without samples.
    @Nullable public var deepestSample: DeepestSample?

    package init(
      _ key: StackTally.Key, _ group: StackTally.Group, entry: String?, advice: StackAdvice?
    ) {
      kind = key.kind
      name = key.name
      self.entry = entry
      count = group.count
      size = key.size
      self.guard = key.guard
      peak = group.peak?.bytes
      bound = group.peak?.bound
      unseen = group.unseen
      threadLocalStorage = group.threadLocalStorage
      headroom = key.size.flatMap { size in group.peak.map { max(0, size - $0.bytes) } }
      exact = group.peak?.bound == .exact
      self.advice = advice
    }
  }

  public var schemaVersion = RunReport.schemaVersion
  public var machine: Machine
  public var command: [String]
  /// The main stack first, then the fullest.
  public var stacks: [Group]
  /// What could not be looked at, and why.
  package var notes: [StacksNote]
  /// How often a thread was looked at while it ran; null if that was not asked for.
  @Nullable public var samples: Int?

  package init(machine: Machine, command: [String], stacks: [Group], notes: [StacksNote]) {
    self.machine = machine
    self.command = command
    self.stacks = stacks.sorted {
      if ($0.kind == .main) != ($1.kind == .main) { return $0.kind == .main }
      if $0.use != $1.use { return $0.use > $1.use }
      return ($0.name, $0.entry ?? "", $0.size ?? 0) < ($1.name, $1.entry ?? "", $1.size ?? 0)
    }
    self.notes = notes
  }
}

extension StacksReport.Group {
  /// The share of the stack that was used; 0 if it is not known.
  package var use: Double {
    guard let size, let peak, size > 0 else { return 0 }
    return Double(peak) / Double(size)
  }
}

/// What of a program's stacks could not be told.
package enum StacksNote: String, Sendable, Codable {
  /// No hardware breakpoint could be set: glibc had given pages back before they were looked at.
  case noBreakpoint = "no-breakpoint"
  /// The C library's function that gives pages back was not found.
  case noMadvise = "no-madvise"
  /// The program was ended by SIGKILL, or executed another: the stacks that it had then were not
  /// looked at.
  case endNotSeen = "end-not-seen"
  /// It has executed another program: what is told is of the last one.
  case executedAnother = "executed-another"
  /// Some stacks were not filled: there was not memory enough for all, or what lies in theirs may be
  /// somebody else's.
  case notAllFilled = "not-all-filled"
  /// It was looked at from time to time, while it ran.
  case looked
  /// Coroutines' stacks were looked for at the end only: what was given back before is missing, and
  /// where they end is the next border of memory.
  case coroutinesAtEnd = "coroutines-at-end"
  /// A thread was seen on memory that has no guard and no known limits.
  case stoodElsewhere = "stood-elsewhere"
}

/// How much of a stack may be used.
package enum StackLimit: Sendable, Equatable {
  case percent(Int)
  case bytes(Int)

  /// The groups that have used more, or may have; an unknown peak is none.
  package func offenders(in report: StacksReport) -> [StacksReport.Group] {
    report.stacks.filter { group in
      guard let peak = group.peak else { return false }
      switch self {
      case .bytes(let most): return peak > most
      case .percent(let most):
        guard let size = group.size else { return false }
        return Double(peak) * 100 > Double(size) * Double(most)
      }
    }
  }
}
