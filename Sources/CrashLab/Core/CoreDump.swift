internal import CHarness
internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// What an ELF core dump says of a process (core(5), fs/binfmt_elf.c). The file may be anything:
/// nothing in it is trusted, and nothing is allocated by a length that it tells.
struct CoreDump {
  /// Memory of the process (PT_LOAD), of which the first `fileSize` bytes are in the file.
  struct Segment: Equatable {
    var low: UInt64
    var high: UInt64
    var offset: UInt64
    var fileSize: UInt64
    var permissions: Mapping.Permissions
  }

  /// A thread, from its NT_PRSTATUS.
  struct Thread {
    var id: Int32
    /// That it was about to die of; 0 if there was none.
    var signal: Int32
    var registers: clab_registers
  }

  /// From NT_PRPSINFO.
  struct Program: Equatable {
    var process: Int32
    /// Of the main thread, at most 15 bytes.
    var name: String
    /// The beginning of the command line, at most 79 bytes.
    var arguments: String
  }

  /// A file that was mapped, from NT_FILE.
  struct MappedFile: Equatable {
    var low: UInt64
    var high: UInt64
    /// In bytes.
    var offset: UInt64
    var path: String
  }

  /// In ascending order; none shares a byte with another.
  private(set) var segments: [Segment] = []
  /// The one that the signal was for is the first.
  var threads: [Thread] = []
  var program: Program?
  /// NT_SIGINFO of the first thread; nil before Linux 3.9.
  var signal: siginfo_t?
  /// In ascending order.
  var files: [MappedFile] = []
  /// NT_AUXV (getauxval(3)).
  var auxiliary: [UInt64: UInt64] = [:]
  var firstAuxiliary: (key: UInt64, value: UInt64)?
  /// Bytes that should be in the file and are not: it was cut off.
  private(set) var missingBytes: UInt64 = 0

  /// More segments than any kernel has let a process have.
  private static let mostSegments: UInt64 = 1 << 21

  init(_ source: some ByteSource) throws(FileProblem) {
    let bytes: ElfHeaders.Reader = { source.read(at: $0, into: $1) }
    let headers = try CoreDump.headers(of: source, bytes)
    let count = try headers.segmentCount(bytes)
    guard count <= CoreDump.mostSegments else { throw .segmentCount(count) }
    var notes: [(offset: UInt64, size: UInt64)] = []
    var end: UInt64 = 0
    for index in 0..<count {
      let part = try headers.segment(index, bytes)
      let last = part.offset.addingReportingOverflow(part.fileSize)
      end = max(end, last.overflow ? .max : last.partialValue)
      if part.isLoaded, let segment = Segment(part) { segments.append(segment) }
      if part.isNotes { notes.append((part.offset, part.fileSize)) }
    }
    segments = CoreDump.apart(segments)
    missingBytes = end > source.size ? end - source.size : 0
    var budget = CoreDump.mostNotes
    for part in notes { try read(notes: part.offset, size: part.size, of: source, &budget) }
    guard !threads.isEmpty else {
      throw notes.isEmpty ? FileProblem.noNotes : .noRegisters
    }
    files = files.filter { $0.low < $0.high }.sorted { $0.low < $1.low }
  }

  private static func headers(
    of source: some ByteSource, _ bytes: ElfHeaders.Reader
  ) throws(FileProblem) -> ElfHeaders {
    guard let magic = source.bytes(at: 0, count: 4) else {
      throw source.size == 0 ? FileProblem.empty : .notCore(isProgram: false)
    }
    if let compression = compression(beginning: magic) { throw .compressed(by: compression) }
    let headers = try ElfHeaders(bytes)
    guard headers.kind == .core else { throw .notCore(isProgram: true) }
    guard headers.machine == machine else { throw .otherMachine(headers.machine, here: machine) }
    return headers
  }

  /// Of a file that begins with these four bytes; nil if it is none.
  static func compression(beginning magic: [UInt8]) -> FileProblem.Compression? {
    compressions[magic[0]]
  }

  private static let compressions: [UInt8: FileProblem.Compression] = [
    0x28: .zstd, 0x04: .lz4, 0xfd: .xz, 0x1f: .gzip,
  ]
  #if arch(x86_64)
    private static let machine = EM_X86_64
  #else
    private static let machine = EM_AARCH64
  #endif

  /// In ascending order, without those that begin inside another.
  private static func apart(_ segments: [Segment]) -> [Segment] {
    var result: [Segment] = []
    for segment in segments.sorted(by: { $0.low < $1.low })
    where result.last.map({ $0.high <= segment.low }) ?? true {
      result.append(segment)
    }
    return result
  }
}

extension CoreDump.Segment {
  fileprivate init?(_ part: ElfHeaders.Segment) {
    let high = part.address.addingReportingOverflow(part.memorySize)
    guard !high.overflow, part.memorySize > 0 else { return nil }
    self.init(
      low: part.address, high: high.partialValue, offset: part.offset,
      fileSize: min(part.fileSize, part.memorySize), permissions: part.permissions)
  }
}

extension ByteSource {
  /// A record of C at an offset; nil if it is not all there.
  func record<Record: BitwiseCopyable>(_: Record.Type, at offset: UInt64) -> Record? {
    bytes(at: offset, count: MemoryLayout<Record>.size)?.withUnsafeBytes {
      $0.loadUnaligned(as: Record.self)
    }
  }
}
