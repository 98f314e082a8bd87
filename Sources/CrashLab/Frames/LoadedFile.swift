internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// A file as if it were loaded: the symbolicator looks at processes.
struct LoadedFile {
  private let mappings: [Mapping]
  private let files: MappedFiles
  /// What is added to the file's addresses.
  private let bias: UInt64
  private let symbolicator = Symbolicator()

  init?(_ image: ElfImage, path: String, descriptor: CInt) {
    let page: UInt64 = 4096
    var full = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    guard realpath(path, &full) != nil else { return nil }
    let name = String(decoding: full.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    // A program that is linked to a fixed place is there; any other is put where nothing else is.
    let lowest = image.segments.map(\.address).min() ?? 0
    let bias: UInt64 = lowest < page ? 0x5500_0000_0000 : 0
    mappings = image.segments.compactMap { segment -> Mapping? in
      let low = (segment.address &+ bias) & ~(page - 1)
      // As the loader maps them: whole pages, each with its own permissions.
      let end = segment.address.addingReportingOverflow(segment.fileSize).partialValue &+ bias
      let high = (end &+ (page - 1)) & ~(page - 1)
      guard low < high, high < 1 << 47 else { return nil }
      return Mapping(
        low: Address(low), high: Address(high), permissions: segment.permissions,
        offset: segment.offset & ~(page - 1), path: name)
    }.sorted { $0.low < $1.low }
    var files = MappedFiles()
    if let first = mappings.first {
      files[first] = ImageFile(duplicating: descriptor).map { .file($0) }
    }
    self.files = files
    self.bias = bias
  }

  /// The names at these addresses of the file.
  func names(of addresses: [Address]) -> [CodeName] {
    symbolicator.names(
      of: addresses.map {
        .init(programCounter: Address($0.value &+ bias), isReturnAddress: false)
      }, in: mappings, files: files
    ).names
  }
}
