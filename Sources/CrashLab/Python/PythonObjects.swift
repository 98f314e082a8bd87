internal import CrashLabModel

/// Objects of CPython: code, text and bytes, each only if its type is what it must be.
struct PythonObjects {
  private static let mostName = 1024
  private static let mostTable = 1 << 20

  /// An instruction of a code object.
  struct Step: Hashable {
    var code: UInt64
    /// In code units from the first; nil if it is none of the code's.
    var instruction: Int?
  }

  private struct Code {
    var function: String
    var file: String
    var first: Int
    /// Code units.
    var length: Int
    var table: [UInt8]
  }

  private let memory: TargetMemory
  private let layout: PythonLayout
  private var codes: [UInt64: Code?] = [:]
  private var types: [UInt64: String] = [:]

  init(in memory: TargetMemory, layout: PythonLayout) {
    self.memory = memory
    self.layout = layout
  }

  /// Nil if there is no code object.
  ///
  /// - Parameters:
  ///   - address: of the code object.
  ///   - instruction: the address of the instruction.
  mutating func step(code address: UInt64, at instruction: UInt64) -> Step? {
    guard let code = code(at: address) else { return nil }
    let distance = Int64(bitPattern: instruction &- address &- layout.code.instructions)
    let index = Int(distance >> 1)
    // Before the first one a function has only been called.
    let isOfCode = distance & 1 == 0 && (-1..<code.length).contains(index)
    return Step(code: address, instruction: isOfCode ? index : nil)
  }

  /// The function and line of what `step` has found.
  mutating func report(of step: Step) -> PythonFrameReport? {
    guard let code = code(at: step.code) else { return nil }
    let line = step.instruction.flatMap {
      $0 < 0 ? code.first : PythonLines.line(of: $0, in: code.table, first: code.first)
    }
    return PythonFrameReport(function: code.function, file: code.file, line: line)
  }

  private mutating func code(at address: UInt64) -> Code? {
    if let known = codes[address] { return known }
    let code = readCode(address)
    codes.updateValue(code, forKey: address)
    return code
  }

  private mutating func readCode(_ address: UInt64) -> Code? {
    guard type(of: address) == "code",
      let function = text(memory.word(address &+ layout.code.name)),
      let file = text(memory.word(address &+ layout.code.file)),
      let first = memory.word(address &+ layout.code.firstLine),
      let length = memory.word(address &+ layout.code.length), length <= UInt64(Int32.max),
      let table = bytes(memory.word(address &+ layout.code.lines))
    else { return nil }
    return Code(
      function: function, file: file, first: Int(Int32(truncatingIfNeeded: first)),
      length: Int(length), table: table)
  }

  private mutating func type(of object: UInt64) -> String? {
    guard object != 0, object % 8 == 0, let type = memory.word(object &+ layout.objectType) else {
      return nil
    }
    if let known = types[type] { return known }
    let name = memory.word(type &+ layout.typeName).flatMap { memory.text(at: $0, atMost: 16) }
    types[type] = name
    return name
  }

  private mutating func text(_ object: UInt64?) -> String? {
    guard let object, type(of: object) == "str",
      let length = memory.word(object &+ layout.text.length),
      let state = memory.word(object &+ layout.text.state)
    else { return nil }
    let bits = state >> layout.text.stateShift
    let (kind, isCompact, isASCII) = (bits & 7, bits >> 3 & 1 == 1, bits >> 4 & 1 == 1)
    guard isCompact, length <= UInt64(PythonObjects.mostName), [1, 2, 4].contains(kind) else {
      return nil
    }
    let start = object &+ (isASCII ? layout.text.ascii : layout.text.other)
    guard let raw = memory.exactly(Int(length * kind), at: start) else { return nil }
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
      let length = memory.word(object &+ layout.bytesLength),
      length <= UInt64(PythonObjects.mostTable)
    else { return nil }
    return memory.exactly(Int(length), at: object &+ layout.bytesStart)
  }
}

extension TargetMemory {
  /// Nil if not all of them can be read.
  func exactly(_ count: Int, at address: UInt64) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = read(address, UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes.count == count ? bytes : nil
  }
}
