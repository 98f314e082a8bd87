/// An unwind as it is reported.
public struct UnwindReport: Sendable, Codable, Equatable {
  package var by: EvidenceSource
  public var frameCount: Int
  /// It came to the outermost frame.
  public var complete: Bool
  /// How often libunwind itself stepped.
  public var steps: Int
  /// Microseconds.
  public var duration: Double
  /// Bytes of alternate stack that the handler had touched; null if not measured.
  @Nullable public var handlerStackUsed: Int?
  public var frames: [UnwindReport.Frame]
  /// Null if nothing repeats.
  @Nullable public var recursion: UnwindReport.Recursion?
  /// By bytes, most first; null if not every frame was counted.
  @Nullable package var stackUse: [StackUse]?
  /// Images of which names or lines are missing, and why; null if nobody looked for names.
  @Nullable package var missingNames: [MissingNames]?
  /// Bytes of the thread's stack above its outermost frame: static thread-local storage and the C
  /// library's control block; null if not known.
  @Nullable public var threadBlockSize: Int?
  /// What an interpreter of Python was at work on in this thread, innermost first; null if there is
  /// none, or if nothing of it is proved.
  @Nullable package var python: [PythonFrameReport]?
  /// Bytes of the stack between the interpreter's calls of itself, without the longest way between
  /// two; null if it has called itself seldom, and where the thread is not the one of a fault.
  @Nullable package var pythonStackUsed: Int?

  package init(
    by: EvidenceSource, frameCount: Int, complete: Bool, steps: Int, duration: Double,
    handlerStackUsed: Int? = nil, frames: [UnwindReport.Frame],
    recursion: UnwindReport.Recursion? = nil,
    stackUse: [StackUse]? = nil, missingNames: [MissingNames]? = nil, threadBlockSize: Int? = nil,
    python: [PythonFrameReport]? = nil, pythonStackUsed: Int? = nil
  ) {
    self.by = by
    self.frameCount = frameCount
    self.complete = complete
    self.steps = steps
    self.duration = duration
    self.handlerStackUsed = handlerStackUsed
    self.frames = frames
    self.recursion = recursion
    self.stackUse = stackUse
    self.missingNames = missingNames
    self.threadBlockSize = threadBlockSize
    self.python = python
    self.pythonStackUsed = pythonStackUsed
  }
}

extension UnwindReport {
  /// One frame, or the frames of a run that repeats.
  public struct Frame: Sendable, Codable, Equatable {
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

    package init(
      index: Int, count: Int, period: Int, programCounter: Address, symbol: String? = nil,
      file: String? = nil,
      line: Int? = nil, column: Int? = nil, image: String? = nil, offset: Int? = nil,
      frameSize: Int? = nil, inlined: [Inlined]? = nil
    ) {
      self.index = index
      self.count = count
      self.period = period
      self.programCounter = programCounter
      self.symbol = symbol
      self.file = file
      self.line = line
      self.column = column
      self.image = image
      self.offset = offset
      self.frameSize = frameSize
      self.inlined = inlined
    }

    public struct Inlined: Sendable, Codable, Equatable {
      public var symbol: String
      @Nullable public var file: String?
      @Nullable public var line: Int?
      @Nullable public var column: Int?

      package init(symbol: String, file: String? = nil, line: Int? = nil, column: Int? = nil) {
        self.symbol = symbol
        self.file = file
        self.line = line
        self.column = column
      }
    }
  }
}
