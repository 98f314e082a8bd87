/// Functions of Python that call themselves, by whatever ways.
package struct PythonRecursion: Sendable, Equatable {
  /// Each function once, with how many of all frames are of it; most first.
  package var functions: [PythonFrameReport]
  /// Frames of all functions together, also of others.
  package var all: Int
  /// Nil where nothing of the program's own is outside of it.
  package var enteredFrom: PythonFrameReport?

  /// Fewer frames are a chain of calls like any other.
  private static let fewestFrames = 20
  /// Of all frames, in each function that belongs to it: a tenth.
  private static let leastShare = 10

  /// The recursion that has filled a stack: calls from Python to Python take nothing of it, so the
  /// interpreter must have taken half of it by calling itself through C. Nil if that is not known.
  package init?(filling unwind: UnwindReport, stackSize: Int?) {
    guard let stackSize, let used = unwind.pythonStackUsed, used >= stackSize / 2 else {
      return nil
    }
    self.init(in: unwind.python ?? [])
  }

  /// Nil if no few functions have most of the frames. Pure.
  ///
  /// - Parameter frames: innermost first.
  package init?(in frames: [PythonFrameReport]) {
    var counts: [Function: Int] = [:]
    for frame in frames { counts[Function(frame), default: 0].add(frame.count) }
    let all = frames.reduce(0) { $0.plus($1.count) }
    guard all >= PythonRecursion.fewestFrames else { return nil }
    let most = counts.filter { $0.value > 1 && $0.value >= all / PythonRecursion.leastShare }
    guard most.values.reduce(0, { $0.plus($1) }) >= all / 2 else { return nil }
    // The innermost line of each is one of those at which it has called on.
    var seen: Set<Function> = []
    functions = frames.filter {
      most[Function($0)] != nil && seen.insert(Function($0)).inserted
    }.map {
      .init(function: $0.function, file: $0.file, line: $0.line, count: most[Function($0)] ?? 0)
    }
    functions.sort { ($1.count, $0.function) < ($0.count, $1.function) }
    self.all = all
    let last = frames.lastIndex { most[Function($0)] != nil } ?? -1
    enteredFrom = frames[(last + 1)...].first { !$0.isOfLibrary }
  }

  private struct Function: Hashable {
    var name: String
    var file: String

    init(_ frame: PythonFrameReport) {
      name = frame.function
      file = frame.file
    }
  }
}

extension Int {
  fileprivate mutating func add(_ other: Int) { self = plus(other) }
}
