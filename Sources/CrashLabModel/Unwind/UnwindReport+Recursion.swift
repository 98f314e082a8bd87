extension UnwindReport {
  /// What repeats until the stack is full: the functions of one round, how often, and what it cost.
  public struct Recursion: Sendable, Codable, Equatable {
    /// A function of the round, at the place where it calls the next.
    public struct Function: Sendable, Codable, Equatable {
      @Nullable public var symbol: String?
      @Nullable public var file: String?
      @Nullable public var line: Int?
      @Nullable public var column: Int?
      @Nullable public var image: String?
      public var programCounter: Address
      /// Bytes of stack; null if not known.
      @Nullable public var frameSize: Int?

      package init(
        symbol: String? = nil, file: String? = nil, line: Int? = nil, column: Int? = nil,
        image: String? = nil,
        programCounter: Address, frameSize: Int? = nil
      ) {
        self.symbol = symbol
        self.file = file
        self.line = line
        self.column = column
        self.image = image
        self.programCounter = programCounter
        self.frameSize = frameSize
      }
    }

    /// In the order of the calls, beginning with the one that was entered from outside.
    public var functions: [Function]
    /// Frames of one round.
    public var period: Int
    /// Rounds.
    public var count: Int
    public var frames: Int
    /// All rounds together; null if not known.
    @Nullable public var bytes: Int?
    /// Of the stack's size, 0 to 1; null if that is not known.
    @Nullable public var share: Double?
    /// The frame that called into the first round; null if the unwind did not come there.
    @Nullable public var enteredFrom: Function?

    package init(
      functions: [Function], period: Int, count: Int, frames: Int, bytes: Int? = nil,
      share: Double? = nil,
      enteredFrom: Function? = nil
    ) {
      self.functions = functions
      self.period = period
      self.count = count
      self.frames = frames
      self.bytes = bytes
      self.share = share
      self.enteredFrom = enteredFrom
    }
  }
}

extension UnwindReport.Recursion {
  /// The repetition that took the most of the stack, or nil if nothing repeats.
  ///
  /// Repetitions of the same functions are one recursion, even if something came between them. A
  /// repetition of less than half of all frames, and of less than half of the stack, explains
  /// nothing.
  ///
  /// - Parameters:
  ///   - frames: innermost first; a fold of period p is p frames with the same count.
  ///   - frameCount: of the whole unwind.
  package init?(in frames: [UnwindReport.Frame], frameCount: Int, stackSize: Int?) {
    let folds = frames.folds
    let groups = Dictionary(grouping: folds) { fold in Set(frames[fold].map(\.identity)) }
    guard
      let (functions, rounds) = groups.max(by: { left, right in
        frames.weight(of: left.value) < frames.weight(of: right.value)
      }), let outermost = rounds.max(by: { $0.lowerBound < $1.lowerBound }),
      let main = rounds.max(by: { frames.weight(of: [$0]) < frames.weight(of: [$1]) })
    else { return nil }
    let round = frames[main]
    // Partial rounds belong to it: before the first fold, between the folds, after the last.
    let after = frames[outermost.upperBound...]
    let entry = after.first { !functions.contains($0.identity) }
    let bytes = rounds.flatMap { frames[$0] }.reduce(Int?.some(0)) { sum, frame in
      sum.flatMap { sum in frame.frameSize.map { sum.plus($0.times(frame.count)) } }
    }
    self.init(
      functions: round.reversed().map { Function($0) }, period: main.count,
      count: rounds.reduce(0) { $0.plus(frames[$1.lowerBound].count) },
      frames: rounds.flatMap { frames[$0] }.reduce(0) { $0.plus($1.count) },
      bytes: bytes,
      share: bytes.flatMap { bytes in
        // More than the stack and one frame was not all on this one: a handler went on elsewhere.
        let largest = round.compactMap(\.frameSize).max() ?? 0
        return stackSize.flatMap { size in
          size > 0 && bytes <= size.plus(largest) ? Double(bytes) / Double(size) : nil
        }
      },
      enteredFrom: entry.map { Function(calling: $0) })
    guard self.frames >= frameCount - self.frames || (share ?? 0) >= 0.5 else { return nil }
    rotateToEntry(frames[outermost.upperBound...].prefix { functions.contains($0.identity) })
  }

  /// The round begins with the function that was called from outside: the outermost of the partial
  /// round before the first whole one, if there is one.
  private mutating func rotateToEntry(_ partial: ArraySlice<UnwindReport.Frame>) {
    guard let first = partial.last,
      let index = functions.firstIndex(where: { $0.programCounter == first.programCounter })
    else { return }
    functions = Array(functions[index...] + functions[..<index])
  }
}

extension UnwindReport.Recursion.Function {
  /// Where the call is written: in the innermost function that was inlined, if there is one.
  package init(calling frame: UnwindReport.Frame) {
    guard let inlined = frame.inlined?.first else {
      self.init(frame)
      return
    }
    self.init(
      symbol: inlined.symbol, file: inlined.file, line: inlined.line, column: inlined.column,
      image: frame.image, programCounter: frame.programCounter, frameSize: frame.frameSize)
  }

  package init(_ frame: UnwindReport.Frame) {
    self.init(
      symbol: frame.symbol, file: frame.file, line: frame.line, column: frame.column,
      image: frame.image, programCounter: frame.programCounter, frameSize: frame.frameSize)
  }
}

extension UnwindReport.Frame {
  /// What makes two frames frames of the same function.
  fileprivate var identity: String { symbol ?? programCounter.description }
}

extension [UnwindReport.Frame] {
  /// Where the folds are: each as many frames as its period says.
  fileprivate var folds: [Range<Int>] {
    var folds: [Range<Int>] = []
    var index = startIndex
    while index < endIndex {
      let frame = self[index]
      let fold = index..<index.plus(Swift.max(1, frame.period))
      guard frame.count > 1, fold.upperBound <= endIndex,
        self[fold].allSatisfy({ $0.count == frame.count && $0.period == frame.period })
      else {
        index += 1
        continue
      }
      folds.append(fold)
      index = fold.upperBound
    }
    return folds
  }

  /// The frames with every fold written out again, but no more than so many of its rounds.
  package func unfolded(atMost rounds: Int) -> [UnwindReport.Frame] {
    var frames: [UnwindReport.Frame] = []
    var index = startIndex
    for fold in folds {
      frames += self[index..<fold.lowerBound]
      for _ in 0..<Swift.min(rounds, self[fold.lowerBound].count) { frames += self[fold] }
      index = fold.upperBound
    }
    return frames + self[index...]
  }

  /// What folds took of the stack: bytes, and frames where the bytes are not known.
  fileprivate func weight(of folds: [Range<Int>]) -> (bytes: Int, frames: Int) {
    folds.reduce((0, 0)) { sum, fold in
      self[fold].reduce(sum) {
        ($0.0.plus($1.count.times($1.frameSize ?? 0)), $0.1.plus($1.count))
      }
    }
  }
}

extension UnwindReport {
  /// How often the functions of a recursion are called in one round: its frames, and the calls of the
  /// same functions that were inlined in them.
  package func calls(in recursion: Recursion) -> Int {
    let names = Set(recursion.functions.compactMap(\.symbol))
    let round = frames.filter {
      $0.count == recursion.count && $0.period == recursion.period && $0.count > 1
    }
    guard round.count == recursion.period else { return recursion.period }
    return round.reduce(recursion.period) { calls, frame in
      calls + (frame.inlined ?? []).count { names.contains($0.symbol) }
    }
  }
}
