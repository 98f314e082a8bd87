/// A program or a library that a process had loaded.
package struct ImageReport: Sendable, Codable, Equatable {
  package var path: String
  /// Where its first byte lay.
  package var low: Address
  /// Of the linker, in hexadecimal; null if it has none.
  @Nullable package var buildId: String?

  package init(path: String, low: Address, buildId: String?) {
    self.path = path
    self.low = low
    self.buildId = buildId
  }
}

extension LoadedImage {
  /// A dump that somebody made up may have any number.
  private static let most = 4096

  /// Every image whose code is mapped, in ascending order.
  package static func all(in mappings: [Mapping]) -> [LoadedImage] {
    var images: [LoadedImage] = []
    var looks = 0
    for mapping in mappings
    where mapping.permissions.contains(.execute) && mapping.low >= images.last?.end ?? mapping.low {
      looks += 1
      if looks > most { break }
      if let image = holding(mapping.low, in: mappings) { images.append(image) }
    }
    return images
  }
}
