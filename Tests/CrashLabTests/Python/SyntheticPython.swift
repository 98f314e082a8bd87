import Testing

@testable import CrashLab

/// The memory of a process of CPython, made by hand. The offsets are those that the headers of the
/// version give (offsetof), and are not taken from what is tested.
struct SyntheticPython {
  struct Version: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var hex: UInt64
    var runtimeHead: UInt64
    var interpreterSize: UInt64
    var interpreterNext: UInt64 = 0
    var interpreterThreads: UInt64
    var threadIdentifier: UInt64
    var threadFrame: UInt64
    /// Of the record between a thread and its innermost frame.
    var recordFrame: UInt64?
    var recordPrevious: UInt64?
    var frameCode: UInt64 = 0
    var framePrevious: UInt64 = 8
    var frameOwner: UInt64 = 70
    var codeFirstLine: UInt64 = 68
    var codeInstructions: UInt64
    var ascii: UInt64 = 40
    var stateShift: UInt64 = 2
    var tag: UInt64 = 0
    /// What the debug offsets say, word after word; empty before 3.13.
    var published: [UInt64] = []
  }

  private static let base: UInt64 = 0x10000
  let version: Version
  private(set) var bytes = [UInt8](repeating: 0, count: 1 << 16)
  private var used = SyntheticPython.base + 0x1000
  private var types: [String: UInt64] = [:]
  let runtime = SyntheticPython.base
  /// Of the next interpreter's threads, if they do not each have one of their own.
  private var innermostRecord: UInt64?

  init(_ version: Version) {
    self.version = version
    for (index, word) in version.published.enumerated() {
      set(runtime + UInt64(index) * 8, word)
    }
  }

  var memory: TargetMemory {
    let bytes = bytes
    return TargetMemory(
      mappings: [],
      read: { address, buffer in
        guard address >= Self.base, address - Self.base < UInt64(bytes.count) else { return 0 }
        let start = Int(address - Self.base)
        let count = min(buffer.count, bytes.count - start)
        buffer.copyBytes(from: bytes[start..<(start + count)])
        return count
      },
      file: { _ in nil })
  }

  var frames: PythonFrames? {
    PythonFrames(in: memory, version: version.hex, runtime: runtime)
  }

  mutating func set(_ address: UInt64, _ word: UInt64) {
    withUnsafeBytes(of: word) { put(Array($0), at: address) }
  }

  mutating func put(_ content: [UInt8], at address: UInt64) {
    let start = Int(address - Self.base)
    bytes.replaceSubrange(start..<(start + content.count), with: content)
  }

  mutating func reserve(_ size: Int) -> UInt64 {
    defer { used += UInt64(size + 15) & ~15 }
    return used
  }

  // MARK: - Objects

  mutating func type(_ name: String) -> UInt64 {
    if let known = types[name] { return known }
    let text = reserve(name.utf8.count + 1)
    put(Array(name.utf8) + [0], at: text)
    let type = reserve(416)
    set(type + 24, text)
    types[name] = type
    return type
  }

  mutating func object(_ type: String, _ size: Int) -> UInt64 {
    let object = reserve(size)
    set(object, 1)
    set(object + 8, self.type(type))
    return object
  }

  mutating func text(_ text: String) -> UInt64 {
    let scalars = text.unicodeScalars.map(\.value)
    let most = scalars.max() ?? 0
    let kind = most < 256 ? 1 : most < 65536 ? 2 : 4
    let start = most < 128 ? version.ascii : version.ascii + (version.hex >> 16 == 0x030b ? 24 : 16)
    let object = object("str", Int(start) + scalars.count * kind)
    set(object + 16, UInt64(scalars.count))
    let state = UInt64(kind) | 1 << 3 | (most < 128 ? 1 << 4 : 0)
    set(object + 32, state << version.stateShift | 1)
    let content = scalars.flatMap { value in (0..<kind).map { UInt8(value >> ($0 * 8) & 0xff) } }
    put(content, at: object + start)
    return object
  }

  /// A code object of as many code units as the table has entries of one unit.
  mutating func code(
    _ function: String, _ file: String, first: UInt32, table: [UInt8], length: Int = 8,
    type: String = "code"
  ) -> UInt64 {
    let (name, path) = (text(function), text(file))
    let lines = object("bytes", 33 + table.count)
    set(lines + 16, UInt64(table.count))
    put(table, at: lines + 32)
    let code = object(type, Int(version.codeInstructions) + length * 2)
    set(code + 16, UInt64(length))
    set(code + version.codeFirstLine, UInt64(first) | 0xabcd << 32)
    set(code + 112, path)
    set(code + 128, name)
    set(code + 136, lines)
    return code
  }

  /// A frame, before it has called another.
  mutating func frame(
    _ code: UInt64, at instruction: Int, within outer: UInt64, owner: UInt8 = 0
  ) -> UInt64 {
    let frame = reserve(88)
    set(frame + version.frameCode, code | version.tag)
    set(frame + version.framePrevious, outer)
    set(frame + 56, code &+ version.codeInstructions &+ UInt64(bitPattern: Int64(instruction) * 2))
    put([owner], at: frame + version.frameOwner)
    return frame
  }

  /// Where C has called the interpreter; there is none in 3.11.
  mutating func shim(within outer: UInt64) -> UInt64 {
    if version.hex >> 16 == 0x030b { return outer }
    return frame(object("NoneType", 16), at: 0, within: outer, owner: 3)
  }

  /// One frame of the code for each entry from C; places on the stack, innermost first. What
  /// `interpreter` takes for the innermost frame.
  mutating func stack(of code: UInt64, entries: [UInt64]) -> UInt64 {
    var inner: UInt64 = 0
    var record: UInt64 = 0
    for entry in entries.reversed() {
      var outer = inner
      if version.recordPrevious == nil {
        set(entry + version.frameCode, object("NoneType", 16))
        set(entry + version.framePrevious, outer)
        put([3], at: entry + version.frameOwner)
        outer = entry
      }
      inner = frame(code, at: 0, within: outer)
      if let previous = version.recordPrevious, let offset = version.recordFrame {
        set(entry + offset, inner)
        set(entry + previous, record)
        record = entry
      }
    }
    innermostRecord = version.recordPrevious == nil ? nil : record
    return inner
  }

  /// An interpreter with threads, the newest of all.
  ///
  /// - Parameter threads: the identifier and the innermost frame of each.
  mutating func interpreter(_ threads: [(identifier: UInt64, frame: UInt64)]) -> UInt64 {
    let interpreter = reserve(Int(version.interpreterSize))
    var next: UInt64 = 0
    for thread in threads.reversed() {
      // Not right behind the state: of what lies there it may be a part.
      var frame = thread.frame
      if let offset = version.recordFrame, frame != 0 {
        let record = innermostRecord ?? reserve(32)
        set(record + offset, frame)
        frame = record
      }
      let state = reserve(400)
      set(state + 8, next)
      set(state + 16, interpreter)
      set(state + version.threadIdentifier, thread.identifier)
      set(state + version.threadFrame, frame)
      next = state
    }
    set(interpreter + version.interpreterThreads, next)
    let head = memory.word(runtime + version.runtimeHead) ?? 0
    set(interpreter + version.interpreterNext, head)
    set(runtime + version.runtimeHead, interpreter)
    return interpreter
  }
}
