internal import CrashLabModel
internal import ObjectFiles

/// Tells whether an image in memory was loaded from a file.
enum ImageIdentity {
  static func compare(_ dumped: BuildIdentifier.Reader, _ file: FileSource) -> CoreImages.State {
    let read: BuildIdentifier.Reader = { file.read(at: $0, into: $1) }
    if let mine = BuildIdentifier.read(dumped) {
      return mine == BuildIdentifier.read(read) ? .same : .differs
    }
    // No identifier: the first page has the headers (64 bytes and more), and most of it nobody writes to.
    let page = ElfHeaders.bytes(dumped, at: 0, count: 4096)
    guard page.count >= 64 else { return .unproved }
    return page == ElfHeaders.bytes(read, at: 0, count: page.count) ? .same : .differs
  }
}
