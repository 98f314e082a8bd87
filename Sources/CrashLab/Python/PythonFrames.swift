internal import CrashLabModel

/// The functions of Python that the threads of an interpreter are at work on, read from memory. Every
/// object on the way must be of the type that it should be, and what is not proved so is left out.
struct PythonFrames {
  /// More than sys.setrecursionlimit is ever set to.
  private static let mostFrames = 1_000_000
  private static let mostThreads = 10_000
  /// Bytes of a thread's state; no version has more.
  private static let mostStateSize: UInt64 = 16 << 10

  private let memory: TargetMemory
  private let runtime: UInt64
  private let layout: PythonLayout
  private var objects: PythonObjects
  /// The interpreters' states of each thread, by what pthread_self(3) gives in it; nil before they
  /// are read.
  private var states: [UInt64: [UInt64]]?

  /// Nil if no interpreter is mapped whose layout is known.
  init?(in memory: TargetMemory) {
    guard memory.mappings.contains(where: { PythonFrames.isInterpreter($0.path) }) else {
      return nil
    }
    let symbols = ImageSymbols(memory, namesBeginningWith: [])
    for image in LoadedImage.all(in: memory.mappings) where PythonFrames.isInterpreter(image.path) {
      guard let version = symbols.address(of: "Py_Version", in: image).flatMap(memory.word),
        let runtime = symbols.address(of: "_PyRuntime", in: image)
      else { continue }
      self.init(in: memory, version: version & 0xffff_ffff, runtime: runtime)
      return
    }
    return nil
  }

  /// By the file's name. Without a copy: most programs have none, and hundreds of mappings.
  private static func isInterpreter(_ path: String) -> Bool {
    var path = path
    return path.withUTF8 { path in
      let name = path[(path.lastIndex(of: UInt8(ascii: "/")) ?? 0)...].dropFirst()
      return name.starts(with: "python3".utf8) || name.starts(with: "libpython3".utf8)
    }
  }

  /// - Parameters:
  ///   - version: PY_VERSION_HEX.
  ///   - runtime: where _PyRuntime is.
  init?(in memory: TargetMemory, version: UInt64, runtime: UInt64) {
    let words = memory.words(runtime, count: PythonDebugOffsets.mostWords) ?? []
    guard let layout = PythonLayout(version: version, runtime: words) else { return nil }
    self.memory = memory
    self.runtime = runtime
    self.layout = layout
    objects = PythonObjects(in: memory, layout: layout)
  }

  /// Innermost first, what repeats folded; nil if the thread is not one of the interpreter's.
  ///
  /// - Parameter threadPointer: what pthread_self(3) gives in it.
  mutating func of(threadPointer: UInt64) -> PythonStack? {
    let known = states ?? readStates()
    states = known
    // A thread that is at work for several interpreters has called one from within another.
    var chains: [Chain] = []
    for state in known[threadPointer] ?? [] {
      guard let chain = chain(of: state) else { return nil }
      if !chain.steps.isEmpty { chains.append(chain) }
    }
    if chains.count > 1 {
      guard chains.allSatisfy({ !$0.entries.isEmpty }) else { return nil }
      chains.sort { ($0.entries.first ?? 0) < ($1.entries.first ?? 0) }
    }
    let frames = reports(of: chains.flatMap(\.steps))
    if frames.isEmpty { return nil }
    return PythonStack(
      frames: frames, used: PythonStack.used(between: chains.flatMap(\.entries)))
  }

  /// Where the interpreter calls a class it may put a frame of its own between (3.12 and later).
  private static func isMark(_ frame: PythonFrameReport) -> Bool {
    frame.function == "__init__" && frame.file == "__init__" && frame.line == nil
  }

  private mutating func reports(of steps: [PythonObjects.Step]) -> [PythonFrameReport] {
    var known: [PythonFrameReport] = []
    var indices: [PythonFrameReport: Int] = [:]
    var ofStep: [PythonObjects.Step: Int] = [:]
    var chain: [Int] = []
    for step in steps {
      if let index = ofStep[step] {
        chain.append(index)
        continue
      }
      guard let report = objects.report(of: step) else { break }
      if PythonFrames.isMark(report) { continue }
      let index = indices[report] ?? known.count
      if index == known.count {
        known.append(report)
        indices[report] = index
      }
      ofStep[step] = index
      chain.append(index)
    }
    return PythonFrameReport.folded(chain, of: known)
  }

  // MARK: - Threads

  private func readStates() -> [UInt64: [UInt64]] {
    var found: [UInt64: [UInt64]] = [:]
    var seen: Set<UInt64> = []
    var interpreter = memory.word(runtime &+ layout.runtimeInterpreters) ?? 0
    while interpreter != 0, seen.count < PythonFrames.mostThreads, seen.insert(interpreter).inserted
    {
      var state = memory.word(interpreter &+ layout.interpreterThreads) ?? 0
      while state != 0, seen.count < PythonFrames.mostThreads, seen.insert(state).inserted {
        guard memory.word(state &+ layout.threadInterpreter) == interpreter,
          let identifier = memory.word(state &+ layout.threadIdentifier)
        else { break }
        found[identifier, default: []].append(state)
        state = memory.word(state &+ layout.threadNext) ?? 0
      }
      interpreter = memory.word(interpreter &+ layout.interpreterNext) ?? 0
    }
    return found
  }

  // MARK: - Frames

  /// The functions of one state of a thread.
  private struct Chain {
    /// Innermost first.
    var steps: [PythonObjects.Step] = []
    /// Where C has entered the interpreter: its own variables on the thread's stack. Innermost first.
    var entries: [UInt64] = []

    /// The outermost ones are no variables, but in the state itself.
    mutating func add(entry place: UInt64, of state: UInt64) {
      let isOfState = place >= state && place - state < PythonFrames.mostStateSize
      if place > entries.last ?? 0, !isOfState { entries.append(place) }
    }
  }

  /// Nil if it comes back to where it was: then nothing of it is proved.
  private mutating func chain(of state: UInt64) -> Chain? {
    var chain = Chain()
    guard var place = memory.word(state &+ layout.threadFrame), place != 0 else { return chain }
    if let offset = layout.recordFrame {
      if let previous = layout.recordPrevious {
        chain.entries = entries(from: place, previous: previous, of: state)
      }
      guard let frame = memory.word(place &+ offset) else { return chain }
      place = frame
    }
    // Of a circle the mark is met again, at the latest when it is twice as far out.
    var (mark, next) = (place, 64)
    for count in 1...PythonFrames.mostFrames {
      guard let frame = frame(at: place) else { break }
      if frame.owner >= PythonLayout.firstOwnerOfNoFunction {
        chain.add(entry: place, of: state)
      } else if let step = objects.step(code: frame.code, at: frame.instruction) {
        chain.steps.append(step)
      } else {
        break
      }
      place = frame.previous
      if place == mark { return nil }
      if count == next { (mark, next) = (place, next * 2) }
    }
    return chain
  }

  /// By the records of a version that links them.
  private func entries(from record: UInt64, previous: UInt64, of state: UInt64) -> [UInt64] {
    var chain = Chain()
    var place = record
    for count in 1...PythonFrames.mostFrames {
      chain.add(entry: place, of: state)
      guard chain.entries.count == count, let next = memory.word(place &+ previous) else { break }
      place = next
    }
    return chain.entries
  }

  private struct Frame {
    var code: UInt64
    var previous: UInt64
    var instruction: UInt64
    var owner: UInt8
  }

  private func frame(at place: UInt64) -> Frame? {
    guard place != 0, place % 8 == 0, let bytes = memory.exactly(layout.frame.size, at: place)
    else { return nil }
    return bytes.withUnsafeBytes { bytes in
      func word(_ offset: UInt64) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: Int(offset), as: UInt64.self)
      }
      return Frame(
        code: word(layout.frame.code) & ~layout.frame.codeTag,
        previous: word(layout.frame.previous), instruction: word(layout.frame.instruction),
        owner: bytes[Int(layout.frame.owner)])
    }
  }
}
