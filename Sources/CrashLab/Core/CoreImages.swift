internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// The files that a process had mapped, as they are on disk now. A core dump leaves out their code:
/// it is read from there, if the file is still the same.
final class CoreImages {
  typealias State = CoreNote.ImageState

  private struct Entry {
    var state: State
    var source: FileSource?
  }

  private var entries: [String: Entry] = [:]
  private let replaced: (path: String, file: FileSource)?

  /// - Parameter replaced: reads this file where the process had mapped the one of that path.
  init(replacing replaced: (path: String, file: FileSource)? = nil) { self.replaced = replaced }

  /// What was found of the files that were looked at, by their paths.
  var states: [String: State] { entries.mapValues(\.state) }

  /// Bytes of a mapped file; 0 if it is not the one that was mapped.
  ///
  /// - Parameter dumped: reads from the file's first bytes as the dump has them.
  func read(
    _ path: String, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer,
    dumped: (UInt64, UnsafeMutableRawBufferPointer) -> Int
  ) -> Int {
    look(at: path, dumped: dumped).source?.read(at: offset, into: buffer) ?? 0
  }

  /// The file that is read for a path; nil before anybody has looked, and if it is not the same.
  func source(of path: String) -> FileSource? { entries[path]?.source }

  /// Where the file is that is read for a path.
  func file(of path: String) -> String { entries[path]?.source?.path ?? path }

  func state(of path: String, dumped: (UInt64, UnsafeMutableRawBufferPointer) -> Int) -> State {
    look(at: path, dumped: dumped).state
  }

  private func look(
    at path: String, dumped: (UInt64, UnsafeMutableRawBufferPointer) -> Int
  ) -> Entry {
    if let known = entries[path] { return known }
    let entry = compare(path, dumped)
    entries[path] = entry
    return entry
  }

  private func compare(
    _ path: String, _ dumped: (UInt64, UnsafeMutableRawBufferPointer) -> Int
  ) -> Entry {
    let isDeleted = path.hasSuffix(CoreImages.deleted)
    let file = isDeleted ? String(path.dropLast(CoreImages.deleted.count)) : path
    let source = replaced?.path == path ? replaced?.file : try? FileSource(file)
    guard let source else { return Entry(state: .missing) }
    guard source.bytes(at: 0, count: 4) == [0x7f, 0x45, 0x4c, 0x46] else {
      return Entry(state: .noImage)
    }
    let state = ImageIdentity.compare(dumped, source)
    // Another file may have taken the place of one that was deleted.
    let usable = state == .same || state == .unproved && !isDeleted
    return Entry(
      state: usable || state == .differs ? state : .missing, source: usable ? source : nil)
  }

  /// As the kernel marks a file that has no name any more (fs/d_path.c).
  private static let deleted = " (deleted)"
}

/// Tells whether an image in memory was loaded from a file.
enum ImageIdentity {
  typealias Reader = (UInt64, UnsafeMutableRawBufferPointer) -> Int

  static func compare(_ dumped: Reader, _ file: FileSource) -> CoreImages.State {
    let read: Reader = { file.read(at: $0, into: $1) }
    if let mine = buildIdentifier(dumped) {
      return mine == buildIdentifier(read) ? .same : .differs
    }
    // No identifier: the first page has the headers, and most of it nobody writes to.
    let page = bytes(dumped, at: 0, count: 4096)
    guard page.count >= MemoryLayout<Elf64_Ehdr>.size else { return .unproved }
    return page == bytes(read, at: 0, count: page.count) ? .same : .differs
  }

  /// NT_GNU_BUILD_ID, from the headers at the file's beginning; nil if it is not there.
  static func buildIdentifier(_ read: Reader) -> [UInt8]? {
    let most = 64
    guard let header = record(Elf64_Ehdr.self, read, at: 0),
      Int(header.e_phentsize) == MemoryLayout<Elf64_Phdr>.size
    else { return nil }
    for index in 0..<min(Int(header.e_phnum), most) {
      let place = header.e_phoff &+ UInt64(index * MemoryLayout<Elf64_Phdr>.size)
      guard let program = record(Elf64_Phdr.self, read, at: place) else { return nil }
      guard program.p_type == UInt32(PT_NOTE) else { continue }
      let notes = bytes(read, at: program.p_offset, count: Int(min(program.p_filesz, 4096)))
      if let found = buildIdentifier(in: notes) { return found }
    }
    return nil
  }

  private static func buildIdentifier(in notes: [UInt8]) -> [UInt8]? {
    notes.withUnsafeBytes { notes in
      guard var reader = ByteReader(notes) else { return nil }
      while let nameSize = reader.integer(UInt32.self), let size = reader.integer(UInt32.self),
        let kind = reader.integer(UInt32.self)
      {
        let body = UInt64(reader.position) + (UInt64(nameSize) + 3) & ~3
        guard let content = ByteReader(notes, at: body, size: UInt64(size)) else { return nil }
        if kind == UInt32(NT_GNU_BUILD_ID), nameSize == 4,
          notes[reader.position..<reader.position + 4].elementsEqual("GNU\0".utf8), size > 0
        {
          return Array(notes[content.position..<content.end])
        }
        guard let next = ByteReader(notes, at: (body + UInt64(size) + 3) & ~3) else { return nil }
        reader = next
      }
      return nil
    }
  }

  private static func bytes(_ read: Reader, at offset: UInt64, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = read(offset, UnsafeMutableRawBufferPointer(buffer))
    }
  }

  private static func record<Record: BitwiseCopyable>(
    _: Record.Type, _ read: Reader, at offset: UInt64
  ) -> Record? {
    let bytes = bytes(read, at: offset, count: MemoryLayout<Record>.size)
    guard bytes.count == MemoryLayout<Record>.size else { return nil }
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Record.self) }
  }
}
