/// One trial, told whole: what was seen, and what was made of it. Schema 1.
///
/// Every key is always there; what is unknown is null. Addresses are hexadecimal strings, sizes
/// and distances bytes, times microseconds.
public struct TrialReport: Sendable, Codable, Equatable {
  public enum Verdict: String, Codable, Sendable {
    case asExpected = "as-expected"
    case notAsExpected = "not-as-expected"
    case skipped
    /// The laboratory's own instruments failed or disagreed: nothing was measured.
    case laboratoryError = "laboratory-error"
  }

  @Nullable public var `case`: String?
  /// 1 and up, for repeated runs.
  public var attempt: Int
  /// The argument list of a foreign program.
  @Nullable public var command: [String]?
  @Nullable public var verdict: Verdict?
  /// Why it was skipped or is not as expected.
  @Nullable public var reason: String?
  /// One sentence for a person.
  public var summary: String
  /// Expected against seen, where they differ.
  public var mismatches: [Mismatch]
  public var faults: [FaultReport]
  public var corruption: [Corruption]
  public var counters: [Counter]
  /// The body of the case came to its end.
  public var finished: Bool
  @Nullable public var termination: Termination?
  @Nullable public var death: DeathEvidence?
  public var timeline: [Event]

  public struct Mismatch: Sendable, Codable, Equatable {
    public var what: String
    public var expected: String
    public var seen: String

    public init(_ what: String, expected: String, seen: String) {
      self.what = what
      self.expected = expected
      self.seen = seen
    }
  }

  public struct Counter: Sendable, Codable, Equatable {
    public var name: String
    public var value: Int
  }

  public struct Event: Sendable, Codable, Equatable {
    public enum Kind: String, Codable, Sendable {
      case forked, armed, fault, parked, released, reaped
      case lastBeat = "last-beat"
    }
    public var event: Kind
    /// Microseconds since the fork.
    public var at: Double
  }
}

/// One fault as it is reported.
public struct FaultReport: Sendable, Codable, Equatable {
  public var signal: Signal
  /// `SEGV_ACCERR`, or a number where there is no name.
  public var code: String
  public var address: Address
  @Nullable public var access: Access?
  public var programCounter: Address
  public var stackPointer: Address
  public var process: ProcessReport
  public var thread: ThreadReport
  /// A handler of the program ran for it.
  public var handled: Bool
  /// What was known of the program's handler; null where nobody looked from outside.
  @Nullable public var handler: HandlerFacts?
  /// Why no handler ran, for a person; null if one did, or nobody knows.
  @Nullable public var reason: String?
  /// Who sent the signal; null for a fault.
  @Nullable public var sender: Sender?
  public var site: FaultSite
  /// What lies around the address, in ascending order.
  @Nullable public var surroundings: [MemoryRegion]? = nil
  @Nullable public var unwind: UnwindReport?

  public struct ThreadReport: Sendable, Codable, Equatable {
    public var id: Int32
    public var name: String
  }

  public struct ProcessReport: Sendable, Codable, Equatable {
    public enum Relation: String, Sendable, Codable {
      /// The process of the trial itself.
      case trial
      /// A process that it has started.
      case descendant
    }
    public var id: Int32
    public var relation: Relation
  }

  public struct Sender: Sendable, Codable, Equatable {
    public var process: Int32
    public var user: UInt32
    /// `itself`, `laboratory`, `other`
    public var relation: String
    /// Of its program, as the kernel tells it; null if nobody looked, or it is gone.
    @Nullable public var name: String?
  }
}

/// An unwind as it is reported.
public struct UnwindReport: Sendable, Codable, Equatable {
  public var by: Evidence.Source
  public var frameCount: Int
  /// It came to the outermost frame.
  public var complete: Bool
  /// How often libunwind itself stepped.
  public var steps: Int
  /// Microseconds.
  public var duration: Double
  /// Bytes of alternate stack that the handler had touched; null if not measured.
  @Nullable public var handlerStackUsed: Int?
  public var frames: [FrameReport]
  /// Null if nothing repeats.
  @Nullable public var recursion: RecursionReport?
  /// By bytes, most first; null if not every frame was counted.
  @Nullable public var stackUse: [StackUse]?
}

/// One frame, or the frames of a run that repeats.
public struct FrameReport: Sendable, Codable, Equatable {
  public var index: Int
  public var count: Int
  public var period: Int
  public var programCounter: Address
  @Nullable public var symbol: String?
  @Nullable public var file: String?
  @Nullable public var line: Int?
  @Nullable public var column: Int?
  @Nullable public var image: String?
  /// From the symbol's start (from the image's where there is no symbol), bytes.
  @Nullable public var offset: Int?
  @Nullable public var frameSize: Int?
  /// Functions that were inlined there, innermost first; null if that is not known.
  @Nullable public var inlined: [Inlined]?

  public struct Inlined: Sendable, Codable, Equatable {
    public var symbol: String
    @Nullable public var file: String?
    @Nullable public var line: Int?
    @Nullable public var column: Int?
  }
}
