internal import CrashLabModel
internal import ObjectFiles

/// Symbols of the images in a process's memory, by their exact names: the dynamic ones from memory,
/// and those of a file's own table where somebody asks for them.
final class ImageSymbols {
  private struct Image {
    var dynamic: DynamicSymbols?
    /// Of the file, in the process's memory; nil before they are read.
    var file: [String: [Range<UInt64>]]?
  }

  private let memory: TargetMemory
  private let prefixes: [String]
  private var images: [UInt64: Image] = [:]

  /// - Parameter prefixes: how the names begin that are looked for in files.
  init(_ memory: TargetMemory, namesBeginningWith prefixes: [String]) {
    self.memory = memory
    self.prefixes = prefixes
  }

  /// The address of a symbol that the image defines; nil if it has none of that name.
  func address(of name: String, in image: LoadedImage) -> UInt64? {
    ranges(of: name, in: image).first?.lowerBound
  }

  /// Whether the image's dynamic symbols define it.
  func isDynamic(_ name: String, in image: LoadedImage) -> Bool {
    look(at: image).dynamic?[name] != nil
  }

  /// Whether a symbol of that name covers the address.
  func covers(_ address: Address, by name: String, in image: LoadedImage) -> Bool {
    ranges(of: name, in: image).contains { $0.contains(address.value) }
  }

  /// Whether a function of the image's file with such a name covers the address.
  func coversInFile(
    _ address: Address, in image: LoadedImage, named isMeant: (String) -> Bool
  ) -> Bool {
    look(at: image).file?.contains { name, ranges in
      isMeant(name) && ranges.contains { $0.contains(address.value) }
    } ?? false
  }

  /// From now on the symbols of the image's file count too.
  func readFile(of image: LoadedImage) {
    guard look(at: image).file == nil else { return }
    images[image.base.value]?.file = symbolsOfFile(image)
  }

  private func ranges(of name: String, in image: LoadedImage) -> [Range<UInt64>] {
    let known = look(at: image)
    return known.dynamic?[name].map { [$0] } ?? known.file?[name] ?? []
  }

  private func look(at image: LoadedImage) -> Image {
    if let known = images[image.base.value] { return known }
    let found = Image(
      dynamic: DynamicSymbols(base: image.base.value, read: memory.read), file: nil)
    images[image.base.value] = found
    return found
  }

  private func symbolsOfFile(_ image: LoadedImage) -> [String: [Range<UInt64>]] {
    guard let mapping = memory.mappings.holding(image.base), let bytes = memory.file(mapping) else {
      return [:]
    }
    return bytes.withUnsafeBytes { bytes in
      guard let file = try? ElfImage(bytes), let first = file.firstAddress else { return [:] }
      let bias = image.base.value &- first
      return file.symbols(beginningWith: prefixes).mapValues { ranges in
        ranges.compactMap { range in
          let low = range.lowerBound &+ bias
          let high = low.addingReportingOverflow(range.upperBound - range.lowerBound)
          return high.overflow ? nil : low..<high.partialValue
        }
      }
    }
  }
}
