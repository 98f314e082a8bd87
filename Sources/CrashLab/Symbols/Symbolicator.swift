package import CrashLabModel
internal import Runtime

/// Gives names to program counters, through the Swift toolchain's own Runtime module. It starts no
/// threads: the process that uses it may fork afterwards.
///
/// Each place in an image is looked up once, whichever process it was seen in and wherever the
/// image lay.
package final class Symbolicator {
  private struct Place: Hashable {
    var image: String
    var offset: UInt64
    var isReturnAddress: Bool
  }

  private var known: [Place: CodeName] = [:]
  private let extents = SymbolExtents()
  /// How many places were really looked up.
  private(set) var lookups = 0

  package init() {}

  /// The names of the frames, in their order.
  ///
  /// - Parameter mappings: of the process, in ascending order.
  package func names(of frames: [CodeAddress], in mappings: [Mapping]) -> [CodeName] {
    let images = frames.map { frame -> LoadedImage? in
      // A call as the last instruction returns to where the next function begins, or to no image.
      let address = frame.programCounter.value &- (frame.isReturnAddress ? 1 : 0)
      return LoadedImage.holding(Address(address), in: mappings)
    }
    let places = zip(frames, images).map { frame, image in
      image.map {
        Place(
          image: $0.path, offset: frame.programCounter.value &- $0.base.value,
          isReturnAddress: frame.isReturnAddress)
      }
    }
    lookUp(
      zip(places, zip(frames, images)).reduce(into: [:]) { missing, next in
        guard let place = next.0, let image = next.1.1, known[place] == nil else { return }
        missing[place] = (next.1.0, image)
      })
    return places.map { $0.flatMap { known[$0] } ?? .unknown }
  }

  /// One call for all that is missing.
  private func lookUp(_ missing: [Place: (frame: CodeAddress, image: LoadedImage)]) {
    if missing.isEmpty { return }
    lookups += missing.count
    let places = Array(missing)
    let backtrace = CompactBacktrace(
      frames: places.map(\.value.frame), images: Array(Set(places.map(\.value.image))))
    let groups = backtrace.symbolicated()?.frames.groupedByProgramCounter ?? []
    for (index, (place, value)) in places.enumerated() {
      let frames = groups.indices.contains(index) ? groups[index] : []
      known[place] = name(of: frames, at: place, in: value.image)
    }
  }

  /// - Parameter frames: those that were inlined, innermost first, then the one that they are in.
  private func name(
    of frames: ArraySlice<SymbolicatedBacktrace.Frame>, at place: Place, in image: LoadedImage
  ) -> CodeName {
    var name = CodeName(offset: Int(clamping: place.offset), image: image.path)
    guard let symbol = frames.last?.symbol, symbol.isKnown else { return name }
    name.location = SourceLocation(symbol.sourceLocation)
    // The module counts from the address that it has looked at.
    let looked = place.offset &- (place.isReturnAddress ? 1 : 0)
    let start = looked &- UInt64(bitPattern: Int64(symbol.offset))
    guard name.location != nil || extents.allow(looked, from: start, in: image.path) else {
      return name
    }
    name.symbol = symbol.name
    name.offset = Int(clamping: place.offset &- start)
    name.inlined = frames.dropLast().compactMap { frame in
      frame.symbol.flatMap { inlined in
        inlined.isKnown
          ? CodeName.Inlined(
            symbol: inlined.name, location: SourceLocation(inlined.sourceLocation)) : nil
      }
    }
    return name
  }
}

extension [SymbolicatedBacktrace.Frame] {
  /// Frames that were inlined come before the one that they are in.
  fileprivate var groupedByProgramCounter: [ArraySlice<SymbolicatedBacktrace.Frame>] {
    var groups: [ArraySlice<SymbolicatedBacktrace.Frame>] = []
    var start = startIndex
    for index in indices where !self[index].inlined {
      groups.append(self[start...index])
      start = index + 1
    }
    return groups
  }
}

extension SymbolicatedBacktrace.Symbol {
  fileprivate var isKnown: Bool { !rawName.isEmpty && rawName != "<unknown>" }
}

extension SourceLocation {
  /// Line 0, and the compiler's own file, are code that nobody has written.
  fileprivate init?(_ location: SymbolicatedBacktrace.SourceLocation?) {
    guard let location, location.line > 0, !location.path.hasSuffix("<compiler-generated>") else {
      return nil
    }
    self.init(
      file: location.path, line: location.line,
      column: location.column > 0 ? location.column : nil)
  }
}
