public import CrashLabModel

extension UnreadableFile: CustomStringConvertible {
  public var description: String { "\(printable(path)) \(problem.inWords)" }
}

extension FileProblem {
  /// The end of a sentence that begins with the file's name.
  package var inWords: String {
    switch self {
    case .notRegular: "is no regular file: name a program or a library"
    case .empty: "is empty"
    case .notElf: "is no ELF file: name a program, a library or a core dump"
    case .compressed(let compression):
      "seems to be compressed: unpack it with \(compression.command)"
    case .damagedCompression(let compression):
      "can't be unpacked with \(compression.command): it is damaged, or the disk is full"
    case .tooLarge(let most): "is larger than \(bytesInWords(Int(clamping: most)))"
    case .notOfDump:
      "is no program and no library that the process had mapped: none has its build identifier"
    case .is32Bit: "is of a 32-bit program: only those of 64 bits can be read"
    case .isBigEndian: "is of a big-endian machine: it can't be read here"
    case .otherMachine(let machine, let here):
      "is for \(machineName(machine)), and this can be told only of files for \(machineName(here))"
    case .truncated(.header): "is truncated: not even its header is there"
    case .truncated(.programHeaders): "is truncated: the program headers are not all there"
    case .truncated(.programHeaderCount):
      "is truncated: the number of its program headers is not there"
    case .notLinked: "is not linked: name a program or a library"
    case .nothingToLoad: "has nothing to load: is it truncated?"
    case .noCode: "has no code"
    case .notCore(isProgram: true): "is no core dump but a program or a library: name it last"
    case .notCore(isProgram: false): "is no core dump: it has a few bytes only"
    case .noNotes: "has no notes: the registers are not in it"
    case .noRegisters: "has no registers of a thread (NT_PRSTATUS): is it truncated?"
    case .headerSize(let size): "has program headers of \(size) bytes: it is damaged"
    case .segmentCount(let count):
      "tells of \(count) segments, which no process has: it is damaged"
    case .noteRange: "has notes of an impossible size: it is damaged"
    case .noteCount(let most): "has more than \(most) notes: it is damaged"
    case .noteSize: "has a note that is longer than all notes: it is damaged"
    case .notesCut(let end, let size):
      "is truncated: its notes end at byte \(end), the file at byte \(size)"
    case .programUnknown: "does not say what program it is of: leave the program out"
    case .notProgram: "is no ELF file: name the program"
    case .otherProgram(let path):
      "is not the program that died, or was built anew since: the dump is of \(printable(path))"
    }
  }
}

extension FileProblem.Compression {
  fileprivate var command: String {
    switch self {
    case .zstd: "zstd -d"
    case .lz4: "lz4 -d"
    case .xz: "xz -d"
    case .gzip: "gzip -d"
    }
  }
}

/// `EM_*` of elf.h.
private func machineName(_ number: Int32) -> String {
  switch number {
  case 3: "x86"
  case 40: "ARM"
  case 62: "x86-64"
  case 183: "aarch64"
  case 243: "RISC-V"
  default: "machine \(number)"
  }
}
