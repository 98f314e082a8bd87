internal import CHarness
internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

extension CoreDump {
  /// Four for each of a quarter of a million threads.
  static let mostNotes = 1 << 20
  /// The kernel writes at most 4 MiB of mapped files (fs/binfmt_elf.c, MAX_FILE_NOTE_SIZE).
  private static let mostFileBytes: UInt64 = 16 << 20

  /// Reads one PT_NOTE segment.
  mutating func read(
    notes start: UInt64, size: UInt64, of source: some ByteSource, _ budget: inout Int
  ) throws(FileProblem) {
    var place = start
    let end = start.addingReportingOverflow(size).partialValue
    guard end >= start else { throw FileProblem.noteRange }
    while place < end, end - place >= 12 {
      guard let header = source.record(Elf64_Nhdr.self, at: place) else {
        // A cut in the notes loses threads and mappings: what is left would be half a truth.
        throw FileProblem.notesCut(end: end, fileSize: source.size)
      }
      budget -= 1
      guard budget > 0 else {
        throw FileProblem.noteCount(most: CoreDump.mostNotes)
      }
      // The sizes have 32 bits each, so that their sum has no more than 34.
      let name = place + 12
      let body = name + UInt64(header.n_namesz).paddedToFour
      let next = body + UInt64(header.n_descsz).paddedToFour
      guard next <= end.paddedToFour else {
        throw FileProblem.noteSize
      }
      // Only the kernel's own: "CORE", and "LINUX" for what is the processor's, with a zero byte.
      if header.n_namesz == 5, source.bytes(at: name, count: 4) == Array("CORE".utf8) {
        take(header.n_type, at: body, size: UInt64(header.n_descsz), of: source)
      } else if header.n_namesz == 6, header.n_type == CoreDump.signatureNote,
        source.bytes(at: name, count: 5) == Array("LINUX".utf8)
      {
        takeSignatureBits(at: body, size: UInt64(header.n_descsz), of: source)
      }
      place = next
    }
  }

  private mutating func take(
    _ kind: UInt32, at place: UInt64, size: UInt64, of source: some ByteSource
  ) {
    func bytes(atMost limit: UInt64) -> [UInt8]? {
      source.bytes(at: place, count: Int(min(size, limit)))
    }
    switch kind {
    case UInt32(NT_PRSTATUS):
      if let bytes = bytes(atMost: 1024), let thread = Thread(bytes) { threads.append(thread) }
    case UInt32(NT_PRPSINFO) where program == nil:
      program = bytes(atMost: 256).flatMap { Program($0) }
    // gdb writes one a thread; the first is of the thread that the signal was for.
    case CoreDump.signalNote where signal == nil:
      let whole = MemoryLayout<siginfo_t>.size
      if let bytes = bytes(atMost: UInt64(whole)), bytes.count == whole {
        var info = siginfo_t()
        withUnsafeMutableBytes(of: &info) { $0.copyBytes(from: bytes) }
        signal = info
      }
    case UInt32(NT_AUXV):
      for (key, value) in CoreDump.pairs(bytes(atMost: 4096) ?? []) {
        auxiliary[key] = auxiliary[key] ?? value
        firstAuxiliary = firstAuxiliary ?? (key, value)
      }
    case CoreDump.fileNote where files.isEmpty && size <= CoreDump.mostFileBytes:
      files = CoreDump.files(bytes(atMost: CoreDump.mostFileBytes) ?? [])
    default: break
    }
  }

  /// NT_ARM_PAC_MASK: it follows the registers of its thread.
  private mutating func takeSignatureBits(
    at place: UInt64, size: UInt64, of source: some ByteSource
  ) {
    guard let last = threads.indices.last,
      let bytes = source.bytes(at: place, count: Int(min(size, 64)))
    else { return }
    _ = bytes.withUnsafeBytes {
      clab_signature_bits_of_user($0.baseAddress, $0.count, &threads[last].registers)
    }
  }

  // Glibc's overlay leaves out what is written in other than decimal (elf.h).
  private static let signalNote: UInt32 = 0x5349_4749
  private static let fileNote: UInt32 = 0x4649_4c45
  private static let signatureNote: UInt32 = 0x406

  /// Of an auxiliary vector, up to its end.
  static func pairs(_ bytes: [UInt8]) -> [(UInt64, UInt64)] {
    bytes.withUnsafeBytes { bytes in
      var pairs: [(UInt64, UInt64)] = []
      guard var reader = ByteReader(bytes) else { return [] }
      while let key = reader.integer(UInt64.self), let value = reader.integer(UInt64.self),
        key != 0
      { pairs.append((key, value)) }
      return pairs
    }
  }

  /// The number of files and the unit of their offsets; their ranges and offsets; their paths.
  private static func files(_ bytes: [UInt8]) -> [MappedFile] {
    bytes.withUnsafeBytes { bytes in
      guard var reader = ByteReader(bytes), let count = reader.integer(UInt64.self),
        let unit = reader.integer(UInt64.self), count <= UInt64(bytes.count) / 24,
        var paths = ByteReader(bytes, at: 16 + count * 24)
      else { return [] }
      var files: [MappedFile] = []
      for _ in 0..<count {
        guard let low = reader.integer(UInt64.self), let high = reader.integer(UInt64.self),
          let offset = reader.integer(UInt64.self), let path = paths.text()
        else { break }
        let product = offset.multipliedReportingOverflow(by: unit)
        if product.overflow { continue }
        files.append(
          MappedFile(low: low, high: high, offset: product.partialValue, path: path))
      }
      return files
    }
  }
}

extension CoreDump.Thread {
  /// `struct elf_prstatus` (include/uapi/linux/elfcore.h): the signal at 12, the thread at 32, the
  /// registers at 112, on every machine of 64 bits.
  fileprivate init?(_ bytes: [UInt8]) {
    var registers = clab_registers()
    let known = bytes.withUnsafeBytes { bytes in
      bytes.count > 112
        && clab_registers_of_user(bytes.baseAddress! + 112, bytes.count - 112, &registers)
    }
    guard known else { return nil }
    (id, signal) = bytes.withUnsafeBytes {
      (
        $0.loadUnaligned(fromByteOffset: 32, as: Int32.self),
        Int32($0.loadUnaligned(fromByteOffset: 12, as: Int16.self))
      )
    }
    self.registers = registers
  }
}

extension CoreDump.Program {
  /// `struct elf_prpsinfo`: the process at 24, its name at 40, its arguments at 56.
  fileprivate init?(_ bytes: [UInt8]) {
    guard bytes.count >= 136 else { return nil }
    process = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 24, as: Int32.self) }
    func text(_ range: Range<Int>) -> String {
      String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self)
    }
    name = text(40..<56)
    arguments = text(56..<136)
  }
}

extension UInt64 {
  fileprivate var paddedToFour: UInt64 { (self &+ 3) & ~3 }
}
