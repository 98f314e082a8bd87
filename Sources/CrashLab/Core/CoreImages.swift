internal import CHarness
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
  private let replaced: [String: FileSource]
  /// Where the files lie, as if it were the root; nil: the root itself.
  private let root: String?

  /// - Parameters:
  ///   - replaced: reads these files where the process had mapped those of the paths.
  ///   - root: where all others are looked for.
  init(replacing replaced: [String: FileSource] = [:], below root: String? = nil) {
    self.replaced = replaced
    self.root = root
  }

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
    let source = replaced[path] ?? open(file)
    guard let source else { return Entry(state: .missing) }
    guard source.bytes(at: 0, count: 4) == ElfHeaders.magic else {
      return Entry(state: .noImage)
    }
    let state = ImageIdentity.compare(dumped, source)
    // Another file may have taken the place of one that was deleted.
    let usable = state == .same || state == .unproved && !isDeleted
    return Entry(
      state: usable || state == .differs ? state : .missing, source: usable ? source : nil)
  }

  private func open(_ path: String) -> FileSource? {
    guard let root else { return try? FileSource(path) }
    let descriptor = clab_open_below(root, path)
    return descriptor < 0 ? nil : try? FileSource(descriptor: descriptor, path: root + path)
  }

  /// As the kernel marks a file that has no name any more (fs/d_path.c).
  private static let deleted = " (deleted)"
}
