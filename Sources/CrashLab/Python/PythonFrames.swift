internal import CrashLabModel

/// The functions of Python that a thread's interpreter is at work on, read from memory by the layout of
/// CPython 3.11. Every object on the way must be of the type that it should be, and what is not proved
/// so is left out; other versions are laid out otherwise.
struct PythonFrames {
  /// Offsets in bytes of what is read (Include/internal/pycore_*.h, Include/cpython of 3.11).
  private enum Layout {
    static let version: UInt64 = 0x030b
    static let runtimeInterpreters: UInt64 = 40
    static let interpreterThreads: UInt64 = 16
    static let threadNext: UInt64 = 8
    static let threadFrame: UInt64 = 56
    static let threadIdentifier: UInt64 = 152
    static let cFrameCurrent: UInt64 = 8
    static let frameCode = 4
    static let framePrevious = 6
    static let frameInstruction = 7
    static let codeFirstLine: UInt64 = 72
    static let codeFile: UInt64 = 112
    static let codeName: UInt64 = 128
    static let codeLines: UInt64 = 136
    static let codeInstructions: UInt64 = 184
    static let typeName: UInt64 = 24
    static let textLength: UInt64 = 16
    static let textState: UInt64 = 32
    static let textAscii: UInt64 = 48
    static let textOther: UInt64 = 72
    static let bytesLength: UInt64 = 16
    static let bytes: UInt64 = 32
  }

  /// More than sys.setrecursionlimit is ever set to.
  private static let mostFrames = 200_000
  private static let mostThreads = 10_000
  private static let mostName = 1024
  private static let mostTable = 1 << 20

  private struct Code {
    var function: String
    var file: String
    var first: Int
    var table: [UInt8]
  }

  private let memory: TargetMemory
  private let runtime: UInt64
  private var codes: [UInt64: Code?] = [:]
  private var types: [UInt64: String] = [:]

  /// Nil if no such interpreter is mapped.
  init?(in memory: TargetMemory) {
    let symbols = ImageSymbols(memory, namesBeginningWith: [])
    for image in LoadedImage.all(in: memory.mappings) {
      let name = image.path.split(separator: "/").last ?? ""
      guard name.hasPrefix("python3") || name.hasPrefix("libpython3"),
        let version = symbols.address(of: "Py_Version", in: image).flatMap(memory.word),
        version >> 16 & 0xffff == Layout.version,
        let runtime = symbols.address(of: "_PyRuntime", in: image)
      else { continue }
      self.memory = memory
      self.runtime = runtime
      return
    }
    return nil
  }

  /// Innermost first, equal neighbours folded; nil if the thread is not one of the interpreter's.
  ///
  /// - Parameter threadPointer: what pthread_self(3) gives in it.
  mutating func of(threadPointer: UInt64) -> [PythonFrameReport]? {
    guard let state = threadState(threadPointer),
      let cFrame = memory.word(state &+ Layout.threadFrame), cFrame != 0,
      var place = memory.word(cFrame &+ Layout.cFrameCurrent)
    else { return nil }
    var frames: [PythonFrameReport] = []
    for _ in 0..<PythonFrames.mostFrames {
      guard place != 0, let words = memory.words(place, count: 8),
        let code = code(at: words[Layout.frameCode])
      else { break }
      let distance =
        words[Layout.frameInstruction] &- words[Layout.frameCode] &- Layout.codeInstructions
      let instruction = Int(Int64(bitPattern: distance) / 2)
      let line =
        instruction < 0
        ? code.first : PythonLines.line(of: instruction, in: code.table, first: code.first)
      let frame = PythonFrameReport(function: code.function, file: code.file, line: line)
      if let last = frames.last, PythonFrameReport.folded([last, frame]).count == 1 {
        frames[frames.count - 1].count += 1
      } else {
        frames.append(frame)
      }
      place = words[Layout.framePrevious]
    }
    return frames.isEmpty ? nil : frames
  }

  private func threadState(_ threadPointer: UInt64) -> UInt64? {
    var interpreter = memory.word(runtime &+ Layout.runtimeInterpreters) ?? 0
    var left = PythonFrames.mostThreads
    while interpreter != 0, left > 0 {
      var state = memory.word(interpreter &+ Layout.interpreterThreads) ?? 0
      while state != 0, left > 0 {
        left -= 1
        if memory.word(state &+ Layout.threadIdentifier) == threadPointer { return state }
        state = memory.word(state &+ Layout.threadNext) ?? 0
      }
      left -= 1
      interpreter = memory.word(interpreter) ?? 0
    }
    return nil
  }

  // MARK: - Objects

  private mutating func code(at address: UInt64) -> Code? {
    if let known = codes[address] { return known }
    let code = readCode(address)
    codes.updateValue(code, forKey: address)
    return code
  }

  private mutating func readCode(_ address: UInt64) -> Code? {
    guard type(of: address) == "code",
      let function = text(memory.word(address &+ Layout.codeName)),
      let file = text(memory.word(address &+ Layout.codeFile)),
      let first = memory.word(address &+ Layout.codeFirstLine),
      let table = bytes(memory.word(address &+ Layout.codeLines))
    else { return nil }
    return Code(
      function: function, file: file, first: Int(Int32(truncatingIfNeeded: first)), table: table)
  }

  private mutating func type(of object: UInt64) -> String? {
    guard object != 0, object % 8 == 0, let type = memory.word(object &+ 8) else { return nil }
    if let known = types[type] { return known }
    let name = memory.word(type &+ Layout.typeName).flatMap { memory.text(at: $0, atMost: 16) }
    types[type] = name
    return name
  }

  private mutating func text(_ object: UInt64?) -> String? {
    guard let object, type(of: object) == "str",
      let length = memory.word(object &+ Layout.textLength),
      let state = memory.word(object &+ Layout.textState)
    else { return nil }
    // state: interned 2 bits, kind 3 (bytes a character), compact, ascii, ready.
    let kind = state >> 2 & 7
    let isAscii = state >> 6 & 1 == 1
    guard state >> 5 & 1 == 1, length <= UInt64(PythonFrames.mostName), [1, 2, 4].contains(kind)
    else { return nil }
    let start = object &+ (isAscii ? Layout.textAscii : Layout.textOther)
    guard let raw = read(start, count: Int(length * kind)) else { return nil }
    var result = ""
    for index in 0..<Int(length) {
      let value = (0..<Int(kind)).reduce(UInt32(0)) { sum, byte in
        sum | UInt32(raw[index * Int(kind) + byte]) << UInt32(byte * 8)
      }
      result.unicodeScalars.append(Unicode.Scalar(value) ?? "?")
    }
    return result
  }

  private mutating func bytes(_ object: UInt64?) -> [UInt8]? {
    guard let object, type(of: object) == "bytes",
      let length = memory.word(object &+ Layout.bytesLength),
      length <= UInt64(PythonFrames.mostTable)
    else { return nil }
    return read(object &+ Layout.bytes, count: Int(length))
  }

  private func read(_ address: UInt64, count: Int) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = memory.read(address, UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes.count == count ? bytes : nil
  }
}
