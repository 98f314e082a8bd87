internal import CrashLabModel

extension CoreMemory {
  /// As whatever else is read like a living process's memory.
  var asTarget: TargetMemory {
    TargetMemory(
      mappings: mappings, read: { self.read($0, into: $1) },
      file: { mapping in
        guard self.state(of: mapping.path) == .same,
          let source = self.images.source(of: mapping.path), let size = Int(exactly: source.size),
          size <= TargetMemory.mostFile
        else { return nil }
        return source.bytes(at: 0, count: size)
      })
  }
}
