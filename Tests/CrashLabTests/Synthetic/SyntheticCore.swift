@testable import CrashLab

/// Makes core dumps byte by byte, as the kernel does (fs/binfmt_elf.c), and wrong ones.
struct SyntheticCore {
  struct Segment {
    var low: UInt64
    var size: UInt64
    var flags: UInt32
    var bytes: [UInt8] = []
  }

  var identity: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  var type: UInt16 = 4
  var machine: UInt16 = SyntheticCore.ownMachine
  var headerSize: UInt16 = 56
  var segments: [Segment] = []
  var notes: [UInt8] = []
  /// As where there are more than 65,534 (PN_XNUM, elf(5)).
  var countsHeadersInSection = false

  #if arch(x86_64)
    static let ownMachine: UInt16 = 62
    static let otherMachine: UInt16 = 183
    static let statusSize = 336
    static let stackPointer = 112 + 19 * 8
    static let programCounter = 112 + 16 * 8
  #else
    static let ownMachine: UInt16 = 183
    static let otherMachine: UInt16 = 62
    static let statusSize = 392
    static let stackPointer = 112 + 31 * 8
    static let programCounter = 112 + 32 * 8
  #endif

  mutating func add(note kind: UInt32, _ body: [UInt8], name: String = "CORE") {
    let name = Array(name.utf8) + [0]
    notes += UInt32(name.count).littleBytes + UInt32(body.count).littleBytes + kind.littleBytes
    notes += name.padded + body.padded
  }

  mutating func add(
    thread: Int32, signal: Int16 = 0, stackPointer: UInt64 = 0, programCounter: UInt64 = 0
  ) {
    var status = [UInt8](repeating: 0, count: SyntheticCore.statusSize)
    status.replaceSubrange(12..<14, with: signal.littleBytes)
    status.replaceSubrange(32..<36, with: thread.littleBytes)
    for (place, value) in [
      (SyntheticCore.stackPointer, stackPointer), (SyntheticCore.programCounter, programCounter),
    ] { status.replaceSubrange(place..<place + 8, with: value.littleBytes) }
    add(note: 1, status)
  }

  mutating func add(process: Int32, name: String, arguments: String) {
    var body = [UInt8](repeating: 0, count: 136)
    body.replaceSubrange(24..<28, with: process.littleBytes)
    body.replaceSubrange(40..<40 + name.utf8.count, with: Array(name.utf8))
    body.replaceSubrange(56..<56 + arguments.utf8.count, with: Array(arguments.utf8))
    add(note: 3, body)
  }

  mutating func add(signal: Int32, code: Int32, address: UInt64) {
    let body = signal.littleBytes + Int32(0).littleBytes + code.littleBytes + Int32(0).littleBytes
    add(note: 0x5349_4749, body + address.littleBytes + [UInt8](repeating: 0, count: 104))
  }

  mutating func add(files: [(low: UInt64, high: UInt64, page: UInt64, path: String)]) {
    var body = UInt64(files.count).littleBytes + UInt64(4096).littleBytes
    for file in files {
      body += file.low.littleBytes + file.high.littleBytes + file.page.littleBytes
    }
    for file in files { body += Array(file.path.utf8) + [0] }
    add(note: 0x4649_4c45, body)
  }

  mutating func add(auxiliary: [(UInt64, UInt64)]) {
    add(note: 6, (auxiliary + [(0, 0)]).flatMap { $0.0.littleBytes + $0.1.littleBytes })
  }

  var bytes: [UInt8] {
    let count = segments.count + 1
    var place = UInt64(64 + count * 56)
    var headers: [UInt8] = []
    func header(
      _ type: UInt32, _ flags: UInt32, _ low: UInt64, _ size: UInt64, _ fileSize: UInt64
    ) {
      headers += type.littleBytes + flags.littleBytes + place.littleBytes + low.littleBytes
      headers += UInt64(0).littleBytes + fileSize.littleBytes + size.littleBytes
      headers += UInt64(1).littleBytes
      place += fileSize
    }
    header(4, 0, 0, 0, UInt64(notes.count))
    for segment in segments {
      header(1, segment.flags, segment.low, segment.size, UInt64(segment.bytes.count))
    }
    var result = identity + type.littleBytes + machine.littleBytes + UInt32(1).littleBytes
    let contents = headers + notes + segments.flatMap(\.bytes)
    let section = countsHeadersInSection ? UInt64(64 + contents.count) : 0
    result += UInt64(0).littleBytes + UInt64(64).littleBytes + section.littleBytes
    result += UInt32(0).littleBytes + UInt16(64).littleBytes + headerSize.littleBytes
    result += UInt16(countsHeadersInSection ? 0xffff : count).littleBytes
    result += [UInt8](repeating: 0, count: 6)
    guard countsHeadersInSection else { return result + contents }
    // Elf64_Shdr: the count is its sh_info, at 44.
    return result + contents + [UInt8](repeating: 0, count: 44) + UInt32(count).littleBytes
      + [UInt8](repeating: 0, count: 16)
  }

  /// A thread's overflow: the stack, the guard below it, an image without a file.
  static var overflow: SyntheticCore {
    var core = SyntheticCore()
    core.segments = [
      Segment(low: 0x40_0000, size: 0x1000, flags: 5),
      Segment(low: 0x10_0000_0000, size: 0x1000, flags: 0),
      Segment(
        low: 0x10_0000_1000, size: 0x4000, flags: 6, bytes: [UInt8](repeating: 0, count: 0x4000)),
      Segment(
        low: 0x7fff_0000_0000, size: 0x2000, flags: 6, bytes: [UInt8](repeating: 0, count: 0x2000)),
    ]
    core.add(
      thread: 71, signal: 11, stackPointer: 0x10_0000_0ff8, programCounter: 0x40_0010)
    core.add(process: 70, name: "victim", arguments: "./victim --deep ")
    core.add(signal: 11, code: 2, address: 0x10_0000_0ff8)
    core.add(auxiliary: [(6, 4096), (25, 0x7fff_0000_1f00), (9, 0x40_0000)])
    core.add(files: [(0x40_0000, 0x40_1000, 0, "/no/such/victim")])
    core.add(thread: 70, stackPointer: 0x7fff_0000_1000, programCounter: 0x40_0020)
    return core
  }
}

extension FixedWidthInteger {
  var littleBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

extension [UInt8] {
  fileprivate var padded: [UInt8] {
    self + [UInt8](repeating: 0, count: (4 - count % 4) % 4)
  }
}
