internal import CHarness
internal import CrashLabModel
internal import Glibc

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
    let header = try CoreDump.header(of: source)
    var notes: [(offset: UInt64, size: UInt64)] = []
    var end: UInt64 = 0
    for index in 0..<(try CoreDump.headerCount(header, in: source)) {
      let place = header.e_phoff.addingReportingOverflow(index * UInt64(header.e_phentsize))
      guard !place.overflow,
        let program = source.record(Elf64_Phdr.self, at: place.partialValue)
      else {
        throw FileProblem.truncated(.programHeaders)
      }
      let last = program.p_offset.addingReportingOverflow(program.p_filesz)
      end = max(end, last.overflow ? .max : last.partialValue)
      switch program.p_type {
      case UInt32(PT_LOAD): if let segment = Segment(program) { segments.append(segment) }
      case UInt32(PT_NOTE): notes.append((program.p_offset, program.p_filesz))
      default: break
      }
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

  private static func header(of source: some ByteSource) throws(FileProblem) -> Elf64_Ehdr {
    guard let magic = source.bytes(at: 0, count: 4) else {
      throw source.size == 0 ? FileProblem.empty : .notCore(isProgram: false)
    }
    guard magic == [0x7f, 0x45, 0x4c, 0x46] else {
      throw compressions[magic[0]].map { FileProblem.compressed(by: $0) } ?? .notElf
    }
    guard let identity = source.bytes(at: 0, count: Int(EI_NIDENT)) else {
      throw FileProblem.truncated(.header)
    }
    guard identity[Int(EI_CLASS)] == UInt8(ELFCLASS64) else {
      throw FileProblem.is32Bit
    }
    guard identity[Int(EI_DATA)] == UInt8(ELFDATA2LSB) else {
      throw FileProblem.isBigEndian
    }
    guard let header = source.record(Elf64_Ehdr.self, at: 0) else {
      throw FileProblem.truncated(.header)
    }
    guard header.e_type == UInt16(ET_CORE) else {
      throw FileProblem.notCore(isProgram: true)
    }
    guard header.e_machine == UInt16(machine) else {
      throw FileProblem.otherMachine(Int32(header.e_machine), here: machine)
    }
    guard Int(header.e_phentsize) >= MemoryLayout<Elf64_Phdr>.size else {
      throw FileProblem.headerSize(Int(header.e_phentsize))
    }
    return header
  }

  private static let compressions: [UInt8: FileProblem.Compression] = [
    0x28: .zstd, 0x04: .lz4, 0xfd: .xz, 0x1f: .gzip,
  ]
  #if arch(x86_64)
    private static let machine = EM_X86_64
  #else
    private static let machine = EM_AARCH64
  #endif

  /// More than 65,534 are counted in the first section header (PN_XNUM, elf(5)).
  private static func headerCount(
    _ header: Elf64_Ehdr, in source: some ByteSource
  ) throws(FileProblem) -> UInt64 {
    var count = UInt64(header.e_phnum)
    if header.e_phnum == 0xffff {
      guard let section = source.record(Elf64_Shdr.self, at: header.e_shoff) else {
        throw FileProblem.truncated(.programHeaderCount)
      }
      count = UInt64(section.sh_info)
    }
    guard count <= mostSegments else {
      throw FileProblem.segmentCount(count)
    }
    return count
  }

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
  fileprivate init?(_ program: Elf64_Phdr) {
    let high = program.p_vaddr.addingReportingOverflow(program.p_memsz)
    guard !high.overflow, program.p_memsz > 0 else { return nil }
    var permissions: Mapping.Permissions = []
    if program.p_flags & UInt32(PF_R) != 0 { permissions.insert(.read) }
    if program.p_flags & UInt32(PF_W) != 0 { permissions.insert(.write) }
    if program.p_flags & UInt32(PF_X) != 0 { permissions.insert(.execute) }
    self.init(
      low: program.p_vaddr, high: high.partialValue, offset: program.p_offset,
      fileSize: min(program.p_filesz, program.p_memsz), permissions: permissions)
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
