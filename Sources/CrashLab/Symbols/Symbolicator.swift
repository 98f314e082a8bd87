internal import CrashLabModel

/// Gives names to program counters.
///
/// Each place in a file is looked up once, whichever process it was seen in and wherever the image
/// lay.
package final class Symbolicator {
  /// In an image's file.
  struct Place: Hashable {
    var file: ImageFile.Identity
    var offset: UInt64
  }

  private struct Failure {
    var reason: MissingNames.Reason
    var signal: Signal?

    init(_ failure: NamingProcess.Failure) {
      switch failure {
      case .refused, .gone: reason = .noReader
      case .ended(let signal): (reason, self.signal) = (.readerEnded, signal)
      case .timedOut: reason = .readerTimedOut
      case .unclear: reason = .readerUnclear
      }
    }
  }

  /// What is known of a file.
  private struct Image {
    var file: ImageFile
    /// For the naming process.
    var number: Int
    /// Which naming process has read it.
    var generation = 0
    /// Nil: it is not read any more.
    var depth: NamingProcess.Depth? = .lines
    var failure: Failure?
  }

  private var known: [Place: NamingAnswer] = [:]
  private var images: [ImageFile.Identity: Image] = [:]
  private let naming: NamingProcess
  private let keepsProcess: Bool
  /// How many places were really looked up.
  private(set) var lookups = 0

  /// - Parameter keepsProcess: the naming process stays for the next names. Without it there is no
  ///   such child of this process but while names are looked up.
  package convenience init(keepsProcess: Bool = true) {
    self.init(keepsProcess: keepsProcess, patience: nil)
  }

  /// - Parameter patience: of the naming process.
  init(keepsProcess: Bool, patience: UInt64?) {
    self.keepsProcess = keepsProcess
    naming = NamingProcess(patience: patience)
  }

  /// The naming process, a child of this one; 0 while there is none.
  var process: Int32 { naming.process }

  /// The names of the frames, in their order, and the images of which some are missing.
  ///
  /// - Parameters:
  ///   - mappings: of the process, in ascending order.
  ///   - files: of the mappings that the frames lie in.
  func names(
    of frames: [CodeAddress], in mappings: [Mapping], files: MappedFiles
  ) -> (names: [CodeName], missing: [MissingNames]) {
    let sites = frames.map { Site($0, in: mappings, files: files) }
    var asked: [ImageFile.Identity: [UInt64]] = [:]
    var paths: [ImageFile.Identity: String] = [:]
    var seen = Set<Place>()
    for case let site? in sites {
      guard let file = site.file, let place = site.place else { continue }
      paths[place.file] = site.image.path
      if known[place] == nil, seen.insert(place).inserted {
        enter(file)
        asked[place.file, default: []].append(place.offset)
      }
    }
    for (identity, offsets) in asked { lookUp(offsets, in: identity, path: paths[identity] ?? "") }
    if !keepsProcess { naming.stop() }
    var missing: [String: MissingNames] = [:]
    for case let site? in sites where missing[site.image.path] == nil {
      missing[site.image.path] = missingNames(of: site)
    }
    return (
      zip(sites, frames).map { $0.map(name) ?? files.nameOfMadeCode(at: $1) },
      missing.values.sorted { $0.image < $1.image }
    )
  }

  /// A symbol as its programmer wrote it; nil if nobody could say.
  func demangled(_ symbol: String) -> String? {
    defer { if !keepsProcess { naming.stop() } }
    return naming.start() ? naming.demangled(symbol) : nil
  }

  private func missingNames(of site: Site) -> MissingNames? {
    if let reason = site.missing {
      return MissingNames(image: site.image.path, reason: reason, signal: nil, hasSymbols: false)
    }
    guard let place = site.place else { return nil }
    guard let image = images[place.file], let failure = image.failure else {
      return known[place]?.isSplitMissing == true
        ? MissingNames(
          image: site.image.path, reason: .splitFileMissing, signal: nil, hasSymbols: true) : nil
    }
    return MissingNames(
      image: site.image.path, reason: failure.reason, signal: failure.signal,
      hasSymbols: image.depth != nil)
  }

  private func name(of site: Site) -> CodeName {
    var name = CodeName(offset: Int(clamping: site.distance), image: site.image.path)
    guard let place = site.place, let answer = known[place], let last = answer.functions.last else {
      return name
    }
    name.location = last.location
    guard let symbol = last.symbol else { return name }
    name.symbol = symbol
    if let distance = answer.distance {
      name.offset = distance.plus(site.frame.isReturnAddress ? 1 : 0)
    }
    name.inlined = answer.functions.dropLast().compactMap { function in
      function.symbol.map { CodeName.Inlined(symbol: $0, location: function.location) }
    }
    return name
  }

  // MARK: - Looking up

  private func enter(_ file: ImageFile) {
    guard images[file.identity] == nil else { return }
    if images.count == NamingProcess.mostImages {
      images = [:]
      known = [:]
      naming.stop()
    }
    images[file.identity] = Image(file: file, number: images.count)
  }

  /// Every failure is of this image: it is read less deep then, and at last not at all.
  private func lookUp(_ offsets: [UInt64], in identity: ImageFile.Identity, path: String) {
    var rest = offsets[...]
    while !rest.isEmpty, var image = images[identity], let depth = image.depth {
      let failure: NamingProcess.Failure?
      let isFresh = naming.process == 0
      if naming.start() {
        let part = rest.prefix(NamingProcess.mostPlaces)
        let isNew = image.generation != naming.generation
        image.generation = naming.generation
        let (answers, problem) = naming.ask(
          .init(
            image: image.number, path: path, depth: depth, file: isNew ? image.file : nil,
            offsets: Array(part)))
        for (offset, answer) in zip(part, answers) {
          known[Place(file: identity, offset: offset)] = answer
        }
        rest = rest.dropFirst(answers.count)
        lookups += answers.count
        failure = problem
      } else {
        failure = .refused
      }
      if let failure, failure != .gone || isFresh {
        image.failure = Failure(failure)
        let isOfTheImage = failure != .refused && failure != .gone
        image.depth = depth == .lines && isOfTheImage ? .symbols : nil
      }
      images[identity] = image
    }
  }
}

/// Where a frame's code is.
private struct Site {
  var frame: CodeAddress
  var image: LoadedImage
  var file: ImageFile?
  /// Why there is no file.
  var missing: MissingNames.Reason?
  var place: Symbolicator.Place?

  /// From the image's first byte.
  var distance: UInt64 { frame.programCounter.value &- image.base.value }

  /// Nil if no image is there.
  init?(_ frame: CodeAddress, in mappings: [Mapping], files: MappedFiles) {
    // A call as the last instruction returns to where the next function begins, or to no image.
    let address = Address(frame.programCounter.value &- (frame.isReturnAddress ? 1 : 0))
    guard let image = LoadedImage.holding(address, in: mappings),
      let mapping = mappings.holding(address)
    else { return nil }
    self.frame = frame
    self.image = image
    switch files[mapping] {
    case .file(let file)?:
      self.file = file
      let offset = mapping.offset.addingReportingOverflow(address.value - mapping.low.value)
      if !offset.overflow {
        place = Symbolicator.Place(file: file.identity, offset: offset.partialValue)
      }
    case .missing(let reason)?: missing = reason
    case nil: break
    }
  }
}
