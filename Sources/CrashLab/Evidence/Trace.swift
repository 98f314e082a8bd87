/// What an unwind found: every frame counted, runs of equal frames folded, the ends kept.
public struct Trace: Sendable, Equatable {
  /// One frame, or a frame of a run that repeats.
  public struct Entry: Sendable, Equatable {
    /// Of the first of them; 0 is where it faulted.
    public var index: Int
    /// How often it repeats.
    public var count: Int
    /// How many consecutive entries make one turn of the repetition.
    public var period: Int
    public var programCounter: Address
    /// The canonical frame address of the first: the stack pointer before its call.
    public var canonicalFrameAddress: Address
    /// Bytes of stack; 0 where it is not known.
    public var frameSize: Int
    /// Bytes from one repetition to the next; 0 for a single frame.
    public var stride: Int
    /// The frame that the kernel made for a signal handler to return through.
    public var isSignalFrame: Bool
    /// The program counter is the instruction itself, not a return address: where the fault or a
    /// signal interrupted.
    public var isExact: Bool
  }

  /// What the frames of one program counter took of the stack.
  public struct Site: Sendable, Equatable {
    public var programCounter: Address
    public var frames: Int
    public var bytes: Int
  }

  public var entries: [Entry]
  public var frameCount: Int
  /// Frames that are in no entry.
  public var leftOut: Int
  /// Bytes of all frames together.
  public var stackBytes: Int
  /// Who took most of the stack; not all, if there are many.
  public var sites: [Site]
  /// The unwind came to the outermost frame.
  public var isComplete: Bool
  /// How often libunwind itself stepped.
  public var steps: Int
  /// Microseconds.
  public var duration: Double
}
