import CHarness
import Foundation

/// A thread that never ran: code, a stack and registers made for one walk over them.
final class SyntheticWalk {
  struct Frame: Equatable {
    var programCounter: UInt64
    var frameAddress: UInt64
  }

  static let code: UInt64 = 0x40_0000
  static let codeSize = 0x1_0000
  static let stack: UInt64 = 0x7f00_0000_0000

  /// Executable, of no image.
  var code = [UInt8](repeating: 0x90, count: codeSize)
  var stack: [UInt64]
  var stackPointer = SyntheticWalk.stack
  var framePointer: UInt64 = 0
  var programCounter = SyntheticWalk.code + 0x8000
  /// Words of the stack that can be read, from its low end on.
  var readable: Int
  /// Has the code as an image whose call-frame information is in a file only.
  var debugFrames: clab_debug_frames?
  /// Where the table of the code's own call-frame information is; 0 if it has none.
  private var table: UInt64 = 0

  private(set) var trace = clab_trace()
  private(set) var frames: [Frame] = []

  init(words: Int) {
    stack = [UInt64](repeating: 0, count: words)
    readable = words
    debugFrames = nil
  }

  deinit { if debugFrames != nil { clab_debug_frames_free(&debugFrames!) } }

  /// An address that follows a call.
  func returnAddress(_ number: Int) -> UInt64 {
    let end = 0x100 + 0x40 * number
    code[end - 5] = 0xe8
    return SyntheticWalk.code + UInt64(end)
  }

  func address(ofWord index: Int) -> UInt64 { SyntheticWalk.stack + 8 * UInt64(index) }

  func index(of address: UInt64) -> Int { Int(address - SyntheticWalk.stack) / 8 }

  /// Records of a frame pointer's chain, each this many words above the one before, from word 2 on.
  func chain(_ count: Int, words: Int = 6, returning: (Int) -> UInt64) {
    for index in 0..<count {
      let place = 2 + index * words
      stack[place] = address(ofWord: place + words)
      stack[place + 1] = returning(index)
    }
    framePointer = address(ofWord: 2)
  }

  /// What the records say, as anybody would follow them.
  func followed() -> [Frame] {
    var frames: [Frame] = []
    var (pc, fp) = (programCounter, framePointer)
    while pc != 0 {
      frames.append(Frame(programCounter: pc, frameAddress: fp + 16))
      pc = stack[index(of: fp) + 1]
      fp = stack[index(of: fp)]
    }
    return frames
  }

  /// Every frame that an entry of the trace tells, by its number.
  var told: [Int: Frame] {
    let entries = withUnsafeBytes(of: trace.entries) {
      Array($0.bindMemory(to: clab_frame.self).prefix(Int(trace.entry_count)))
    }
    var told: [Int: Frame] = [:]
    for entry in entries {
      for round in 0..<entry.count {
        told[Int(entry.index + round * UInt64(entry.period))] = Frame(
          programCounter: entry.pc, frameAddress: entry.cfa + round * entry.stride)
      }
    }
    return told
  }

  func walk() {
    let visitor: clab_frame_visitor = { context, _, pc, cfa in
      SyntheticWalk.of(context).frames.append(Frame(programCounter: pc, frameAddress: cfa))
      return true
    }
    withTarget { target in
      let context = target.context
      clab_unwind_target(&target, CLAB_UNWIND_FOLDED.rawValue, &trace, visitor, context)
    }
  }

  /// The same walk beside libunwind's: every frame and the preserved registers.
  func comparedWithLibunwind() -> clab_oracle_result {
    var result = clab_oracle_result()
    withTarget { clab_unwind_target_oracle(&$0, &trace, &result) }
    return result
  }

  /// Gives the code .eh_frame and the table to search it, at its end.
  func inform(_ functions: [SyntheticDebugFile.Function]) {
    let start = 0xc000
    let header = SyntheticWalk.code + UInt64(start)
    let entries = start + 12 + 8 * functions.count
    // A CIE whose FDEs have addresses of 4 bytes from their own place: CFA = rsp + 8, the return
    // address at CFA - 8.
    func little(_ value: Int) -> [UInt8] {
      withUnsafeBytes(of: Int32(value).littleEndian, Array.init)
    }
    func record(_ body: [UInt8]) -> [UInt8] {
      let padding = (8 - (body.count + 4) % 8) % 8
      return little(body.count + padding) + body + [UInt8](repeating: 0, count: padding)
    }
    var section = record(
      little(0) + [1] + Array("zR\0".utf8) + [1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1])
    var rows: [UInt8] = []
    for function in functions.sorted(by: { $0.start < $1.start }) {
      let place = entries + section.count
      rows += little(Int(function.start) - start) + little(place - start)
      section += record(
        little(section.count + 4) + little(Int(function.start) - place - 8)
          + little(Int(function.size)) + [0] + function.instructions)
    }
    section += little(0)
    let bytes =
      [1, 0x1b, 0x03, 0x3b] + little(entries - start - 4) + little(functions.count) + rows + section
    code.replaceSubrange(start..<start + bytes.count, with: bytes)
    table = header
  }

  /// The harness has one walk at a time, and other tests may be at theirs: then once more.
  private func withTarget(_ body: (inout clab_target) -> Void) {
    repeat {
      withTargetOnce(body)
    } while trace.stop == CLAB_STOP_BUSY.rawValue && sched_yield() == 0
  }

  private func withTargetOnce(_ body: (inout clab_target) -> Void) {
    var target = clab_target()
    target.context = Unmanaged.passUnretained(self).toOpaque()
    target.read = { context, address, buffer, size in
      guard let buffer else { return 0 }
      return SyntheticWalk.of(context).read(
        address, into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
    }
    target.find_image = { context, address, image in
      let walk = SyntheticWalk.of(context)
      guard let image, walk.debugFrames != nil || walk.table != 0, SyntheticWalk.isCode(address)
      else { return false }
      image.pointee = clab_image(
        low: SyntheticWalk.code, high: SyntheticWalk.code + UInt64(SyntheticWalk.codeSize),
        eh_frame_header: walk.table)
      return true
    }
    target.is_executable = { _, address in SyntheticWalk.isCode(address) }
    withUnsafeMutableBytes(of: &target.registers.value) { bytes in
      let values = bytes.bindMemory(to: UInt64.self)
      values[6] = framePointer
      values[7] = stackPointer
      values[16] = programCounter
    }
    target.registers.valid = (1 << UInt64(CLAB_REGISTERS)) - 1
    if var frames = debugFrames {
      withUnsafePointer(to: &frames) { pointer in
        SyntheticWalk.current = pointer
        target.find_debug_frames = { _, _ in SyntheticWalk.current }
        body(&target)
        SyntheticWalk.current = nil
      }
    } else {
      body(&target)
    }
  }

  nonisolated(unsafe) private static var current: UnsafePointer<clab_debug_frames>?

  private static func isCode(_ address: UInt64) -> Bool {
    address >= code && address < code + UInt64(codeSize)
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> SyntheticWalk {
    Unmanaged<SyntheticWalk>.fromOpaque(context!).takeUnretainedValue()
  }

  private func read(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    func copy(_ bytes: UnsafeRawBufferPointer, from low: UInt64) -> Int {
      guard address >= low, address < low + UInt64(bytes.count) else { return 0 }
      let part = bytes[Int(address - low)...].prefix(buffer.count)
      buffer.copyBytes(from: part)
      return part.count
    }
    return SyntheticWalk.isCode(address)
      ? code.withUnsafeBytes { copy($0, from: SyntheticWalk.code) }
      : stack.prefix(readable).withUnsafeBytes { copy($0, from: SyntheticWalk.stack) }
  }
}

/// A file whose only section is .debug_frame.
struct SyntheticDebugFile {
  struct Function {
    var start: UInt64
    var size: UInt64
    var instructions: [UInt8]
  }

  var version: UInt8 = 4
  var functions: [Function]
  var flags: UInt64 = 0
  /// By zlib, which is told to store the bytes as they are.
  var isPacked = false

  private func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private func record(_ body: [UInt8]) -> [UInt8] {
    let padding = (8 - (body.count + 4) % 8) % 8
    return little(UInt32(body.count + padding)) + body + [UInt8](repeating: 0, count: padding)
  }

  /// CFA = rsp + 8, the return address at CFA - 8.
  var section: [UInt8] {
    let sizes: [UInt8] = version == 4 ? [8, 0] : []
    var bytes = record(
      little(UInt32.max) + [version, 0] + sizes + [1, 0x78, 16, 0x0c, 7, 8, 0x90, 1])
    for function in functions {
      bytes += record(
        little(UInt32(0)) + little(function.start) + little(function.size) + function.instructions)
    }
    return bytes
  }

  private func packed(_ bytes: [UInt8]) -> [UInt8] {
    var sums = (first: UInt32(1), second: UInt32(0))
    for byte in bytes {
      sums.first = (sums.first + UInt32(byte)) % 65521
      sums.second = (sums.second + sums.first) % 65521
    }
    let count = UInt16(bytes.count)
    return little(UInt32(1)) + little(UInt32(0)) + little(UInt64(bytes.count)) + little(UInt64(8))
      + [0x78, 1, 1] + little(count) + little(~count) + bytes
      + little((sums.second << 16 | sums.first).byteSwapped)
  }

  var bytes: [UInt8] {
    let names = Array("\0.debug_frame\0.names\0".utf8)
    let section = isPacked ? packed(section) : section
    let flags = isPacked ? UInt64(1 << 11) : flags
    let program = 64
    let content = program + 56
    let headers = (content + section.count + names.count + 7) / 8 * 8
    var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    file += little(UInt16(3)) + little(UInt16(62)) + little(UInt32(1)) + little(UInt64(0))
    file += little(UInt64(program)) + little(UInt64(headers)) + little(UInt32(0))
    file += [64, 56, 1, 64, 3, 2].flatMap { little(UInt16($0)) }
    file += little(UInt32(1)) + little(UInt32(5))
    file += [0, 0, 0, 64, 64, 4096].flatMap { little(UInt64($0)) }
    file += section + names
    file += [UInt8](repeating: 0, count: headers - file.count)
    func header(name: UInt32, offset: Int, size: Int, flags: UInt64 = 0) -> [UInt8] {
      little(name) + little(UInt32(1)) + little(flags) + little(UInt64(0))
        + little(UInt64(offset)) + little(UInt64(size)) + [UInt8](repeating: 0, count: 24)
    }
    file += [UInt8](repeating: 0, count: 64)
    file += header(name: 1, offset: content, size: section.count, flags: flags)
    file += header(name: 14, offset: content + section.count, size: names.count)
    return file
  }

  /// As the harness reads it for an image that is loaded at this address.
  func frames(at base: UInt64) throws -> clab_debug_frames {
    try SyntheticDebugFile.frames(of: bytes, at: base)
  }

  static func frames(of bytes: [UInt8], at base: UInt64) throws -> clab_debug_frames {
    let path = NSTemporaryDirectory() + "/\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    var frames = clab_debug_frames()
    clab_debug_frames_make(&frames, file.fileDescriptor, base)
    return frames
  }
}
