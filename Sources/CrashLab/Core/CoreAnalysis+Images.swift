internal import CrashLabModel

// The files that names are read from.
extension CoreAnalysis {
  /// The mappings, with the paths of the files that names are read from, and those files: one that
  /// is not the one that was mapped would give wrong names.
  func mappingsToName(_ counters: [Address]) -> ([Mapping], MappedFiles) {
    let asked = Set(
      counters.flatMap { pc in
        [pc.value, pc.value &- 1].compactMap { memory.mappings.holding(Address($0))?.path }
      })
    var names: [String: String] = [:]
    for path in asked where path.hasPrefix("/") {
      switch memory.state(of: path) {
      case .same, .unproved: names[path] = memory.images.file(of: path)
      case .missing: names[path] = "\(path) (missing)"
      case .differs: names[path] = "\(path) (not the same file any more)"
      case .noImage: names[path] = "\(path) (no image)"
      }
    }
    var files = MappedFiles()
    let mappings = memory.mappings.map { mapping in
      let source = memory.images.source(of: mapping.path)
      var mapping = mapping
      if let name = names[mapping.path] { mapping.path = name }
      if let source, files[mapping] == nil {
        files[mapping] = ImageFile(duplicating: source.descriptor).map { .file($0) }
      }
      return mapping
    }
    return (mappings, files)
  }

  func notesOnImages(_ images: [ImageReport]) -> [CoreNote] {
    let identifiers = Dictionary(images.map { ($0.path, $0.buildId) }) { first, _ in first }
    return memory.images.states.sorted { $0.key < $1.key }.compactMap { path, state in
      state == .same || state == .noImage
        ? nil : .image(path: path, state, buildId: identifiers[path] ?? nil)
    }
  }
}
