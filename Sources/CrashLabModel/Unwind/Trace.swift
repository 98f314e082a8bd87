/// What an unwind found: every frame counted, runs of equal frames folded, the ends kept.
package struct Trace: Sendable, Equatable {
  /// One frame, or a frame of a run that repeats.
  package struct Entry: Sendable, Equatable {
    /// Of the first of them; 0 is where it faulted.
    package var index: Int
    /// How often it repeats.
    package var count: Int
    /// How many consecutive entries make one turn of the repetition.
    package var period: Int
    package var programCounter: Address
    /// The canonical frame address of the first: the stack pointer before its call.
    package var canonicalFrameAddress: Address
    /// Bytes of stack; 0 where it is not known.
    package var frameSize: Int
    /// Bytes from one repetition to the next; 0 for a single frame.
    package var stride: Int
    /// The frame that the kernel made for a signal handler to return through.
    package var isSignalFrame: Bool
    /// The program counter is the instruction itself, not a return address: where the fault or a
    /// signal interrupted.
    package var isExact: Bool
    /// Code that is not there; its caller is where the call left it.
    package var isUnfetched: Bool

    package init(
      index: Int, count: Int, period: Int, programCounter: Address, canonicalFrameAddress: Address,
      frameSize: Int, stride: Int, isSignalFrame: Bool, isExact: Bool, isUnfetched: Bool = false
    ) {
      self.isUnfetched = isUnfetched
      self.index = index
      self.count = count
      self.period = period
      self.programCounter = programCounter
      self.canonicalFrameAddress = canonicalFrameAddress
      self.frameSize = frameSize
      self.stride = stride
      self.isSignalFrame = isSignalFrame
      self.isExact = isExact
    }
  }

  /// What the frames of one program counter took of the stack.
  package struct Site: Sendable, Equatable {
    package var programCounter: Address
    package var frames: Int
    package var bytes: Int

    package init(programCounter: Address, frames: Int, bytes: Int) {
      self.programCounter = programCounter
      self.frames = frames
      self.bytes = bytes
    }
  }

  package var entries: [Entry]
  package var frameCount: Int
  /// Frames that are in no entry.
  package var leftOut: Int
  /// Bytes of all frames together.
  package var stackBytes: Int
  /// Who took most of the stack; not all, if there are many.
  package var sites: [Site]
  /// The unwind came to the outermost frame.
  package var isComplete: Bool
  /// How often libunwind itself stepped.
  package var steps: Int
  /// Microseconds.
  package var duration: Double

  package init(
    entries: [Entry], frameCount: Int, leftOut: Int, stackBytes: Int, sites: [Site],
    isComplete: Bool, steps: Int, duration: Double
  ) {
    self.entries = entries
    self.frameCount = frameCount
    self.leftOut = leftOut
    self.stackBytes = stackBytes
    self.sites = sites
    self.isComplete = isComplete
    self.steps = steps
    self.duration = duration
  }
}
