internal import CHarness
package import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// A program that has crashed already: what its core dump says of it, told as `ForeignProgram` tells
/// of one that crashes under its eyes.
public struct CoreDumpReport: Sendable {
  /// The path of the core dump, also of a compressed one; `-` is standard input.
  public var core: String
  /// Files that were mapped: the program, libraries; each in the place of the one that has its build
  /// identifier. A program without one is named alone.
  public var images: [String]
  /// Where all other files are looked for, as if it were the root; nil: the root itself.
  public var root: String?

  public init(core: String, images: [String] = [], root: String? = nil) {
    self.core = core
    self.images = images
    self.root = root
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
    let source = try CorePacking.open(core)
    let dump: CoreDump
    do throws(FileProblem) { dump = try CoreDump(source) } catch {
      throw UnreadableFile(core, error)
    }
    let memory = CoreMemory(dump, of: source, images: try images(of: dump, source))
    return CoreAnalysis(dump, memory, machine: machine).account()
  }

  /// The images on disk, with those that were named in the place of their own.
  private func images(of dump: CoreDump, _ source: FileSource) throws -> CoreImages {
    if images.isEmpty { return CoreImages(below: root) }
    let dumped = CoreMemory(dump, of: source)
    var identifiers: [[UInt8]: String] = [:]
    for image in LoadedImage.all(in: dumped.mappings) {
      guard let identifier = BuildIdentifier.read(dumped.reader(of: image)) else { continue }
      identifiers[identifier] = identifiers[identifier] ?? image.path
    }
    var replaced: [String: FileSource] = [:]
    for image in images {
      // An image is known by its whole path.
      let file = try FileSource(realPath(of: image) ?? image)
      if let identifier = BuildIdentifier.read({ file.read(at: $0, into: $1) }),
        let path = identifiers[identifier]
      {
        replaced[path] = file
      } else if images.count == 1 {
        replaced = try program(file, named: image, of: dump, source)
      } else {
        throw UnreadableFile(image, .notOfDump)
      }
    }
    return CoreImages(replacing: replaced, below: root)
  }

  /// A file that is told by its first page, or by nothing, can only be the program.
  private func program(
    _ file: FileSource, named name: String, of dump: CoreDump, _ source: FileSource
  ) throws -> [String: FileSource] {
    guard let path = dump.executable else {
      throw UnreadableFile(core, .programUnknown)
    }
    let images = CoreImages(replacing: [path: file])
    switch CoreMemory(dump, of: source, images: images).state(of: path) {
    case .same, .unproved: return [path: file]
    case .noImage, .missing: throw UnreadableFile(name, .notProgram)
    case .differs: throw UnreadableFile(name, .otherProgram(path))
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
  var executable: String? { executable(in: mappings) }

  func executable(in mappings: [Mapping]) -> String? {
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
