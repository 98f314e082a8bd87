internal import CHarness
package import CrashLabModel
internal import Glibc

/// A program that has crashed already: what its core dump says of it, told as `ForeignProgram` tells
/// of one that crashes under its eyes.
public struct CoreDumpReport: Sendable {
  /// The path of the core dump.
  public var core: String
  /// The program's file; nil for the one that the dump names.
  public var program: String?

  public init(core: String, program: String? = nil) {
    self.core = core
    self.program = program
  }

  /// What was read.
  public struct Account: Sendable {
    /// `case` and `verdict` are nil, `command` is what the dump has of the command line.
    public var result: TrialResult
    /// What the dump can't tell, or what of it could not be used.
    package var notes: [CoreNote]
  }

  /// Reads the dump.
  ///
  /// - Throws: SystemError if a file can't be opened, UnreadableFile if it is of no use.
  public func read(machine: Machine = .current()) throws -> Account {
    let source = try FileSource(core)
    let dump: CoreDump
    do throws(FileProblem) { dump = try CoreDump(source) } catch {
      throw UnreadableFile(core, error)
    }
    let memory = CoreMemory(dump, of: source, images: try images(of: dump, source))
    return CoreAnalysis(dump, memory, machine: machine).account()
  }

  /// The images on disk, with the program that was named in the place of its own.
  private func images(of dump: CoreDump, _ source: FileSource) throws -> CoreImages {
    guard let program else { return CoreImages() }
    // An image is known by its whole path.
    let file = try FileSource(realPath(of: program) ?? program)
    guard let path = dump.executable else {
      throw UnreadableFile(core, .programUnknown)
    }
    let images = CoreImages(replacing: (path: path, file: file))
    switch CoreMemory(dump, of: source, images: images).state(of: path) {
    case .same, .unproved: return images
    case .noImage, .missing:
      throw UnreadableFile(program, .notProgram)
    case .differs:
      throw UnreadableFile(program, .otherProgram(path))
    }
  }
}

private func realPath(of path: String) -> String? {
  guard !path.hasPrefix("/"), let real = realpath(path, nil) else { return nil }
  defer { free(real) }
  return String(cString: real)
}

extension CoreDump {
  /// The path that the program was mapped from; nil if the dump does not tell.
  var executable: String? {
    let mappings = mappings
    let entry = auxiliary[UInt64(AT_ENTRY)].flatMap { mappings.holding(Address($0)) }
    return [entry?.path, files.first?.path].compactMap { $0 }.first { $0.hasPrefix("/") }
  }
}

extension CoreMemory {
  /// Whether a file is the one that was mapped.
  func state(of path: String) -> CoreImages.State {
    guard let mapping = mappings.first(where: { $0.path == path }),
      let image = LoadedImage.holding(mapping.low, in: mappings)
    else { return images.state(of: path) { _, _ in 0 } }
    return images.state(of: path, dumped: reader(of: image))
  }
}
