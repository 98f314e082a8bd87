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
    /// The program counter is where a signal interrupted, not a return address.
    public var isSignalFrame: Bool
  }

  public var entries: [Entry]
  public var frameCount: Int
  /// The unwind came to the outermost frame.
  public var isComplete: Bool
  /// How often libunwind itself stepped.
  public var steps: Int
  /// Microseconds.
  public var duration: Double
}
