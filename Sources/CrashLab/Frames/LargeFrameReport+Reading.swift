package import CrashLabModel
internal import ObjectFiles

extension LargeFrameReport {
  /// Looks at every function of a program or library.
  ///
  /// - Parameters:
  ///   - path: of an ELF file of x86-64 or aarch64, which may be anything.
  ///   - guardSize: bytes; larger steps are listed.
  ///   - isNamed: whether the functions get their names, which takes most of the time.
  /// - Throws: SystemError if the file can't be read, UnreadableFile if it is no such file.
  package static func read(
    _ path: String, guardSize: Int, isNamed: Bool = true
  ) throws -> LargeFrameReport {
    try ProgramBytes.read(path) { image, descriptor throws(FileProblem) in
      var report = try judge(image, path: path, guardSize: guardSize)
      if isNamed, let file = LoadedFile(image, path: path, descriptor: descriptor) {
        report.name(by: file)
      }
      return report
    }
  }

  /// Without names. Pure.
  static func judge(
    _ image: ElfImage, path: String, guardSize: Int
  ) throws(FileProblem) -> LargeFrameReport {
    var summary = Summary()
    var functions: [Function] = []
    var dynamic: [Function] = []
    var covered: [Range<UInt64>] = []
    // Functions that lie over each other must not be read without end.
    let whole = image.segments.reduce(UInt64(1) << 16) { $0 &+ ($1.isExecutable ? $1.fileSize : 0) }
    var read: UInt64 = 0
    var readable: [(frame: CallFrame, code: UnsafeRawBufferPointer)] = []
    CallFrames(image).visit { frame in
      summary.functions += 1
      guard let code = image.code(at: frame.address, size: frame.size), read <= whole else {
        summary.notUnderstood += 1
        return
      }
      read += frame.size
      covered.append(frame.address..<frame.address + frame.size)
      readable.append((frame, code))
    }
    let processor = image.processor
    let stepsOfAll = onAllProcessors(readable.count) {
      StackSteps(readable[$0].code, of: processor)
    }
    for ((frame, _), steps) in zip(readable, stepsOfAll) {
      if !steps.isComplete { summary.notUnderstood += 1 }
      if steps.isProbed { summary.probed += 1 }
      let frameSize = max(Int(steps.depth), Int(clamping: frame.largestOffset))
      var function = Function(
        address: Address(frame.address), size: Int(clamping: frame.size), step: nil,
        frameSize: frameSize, symbol: nil, file: nil, line: nil, column: nil)
      if steps.isDynamic {
        summary.dynamic += 1
        dynamic.append(function)
      }
      if steps.largest > Int64(guardSize) {
        function.step = Int(steps.largest)
        functions.append(function)
      }
    }
    let uncovered = UncoveredCode.find(in: image, covered: covered)
    guard summary.functions > 0 || !uncovered.isEmpty else { throw FileProblem.noCode }
    summary.uncoveredBytes = uncovered.reduce(0) { $0 + $1.size }
    summary.unprobed = functions.count
    functions.sort { ($1.step ?? 0, $0.address) < ($0.step ?? 0, $1.address) }
    return LargeFrameReport(
      program: path, guardSize: guardSize, summary: summary, functions: functions,
      dynamic: dynamic, uncovered: uncovered)
  }

  private mutating func name(by file: LoadedFile) {
    func named(_ functions: [Function]) -> [Function] {
      // Beyond this nobody reads on, and each name takes its time.
      let wanted = functions.prefix(2000)
      let names = file.names(of: wanted.map(\.address))
      return zip(wanted, names).map { function, name in
        var function = function
        function.symbol = name.symbol
        function.file = name.location?.file
        function.line = name.location?.line
        function.column = name.location?.column
        return function
      } + functions.dropFirst(wanted.count)
    }
    functions = named(functions)
    dynamic = named(dynamic)
  }
}
