internal import CHarness
internal import Glibc
internal import ObjectFiles

/// The files behind a process's mappings, as far as somebody has asked for them.
struct MappedFiles {
  /// What a line of /proc/PID/maps says of a file.
  private struct Line: Hashable {
    var path: String
    var device: UInt64
    var inode: UInt64

    init(_ mapping: Mapping) {
      path = mapping.path
      device = mapping.device
      inode = mapping.inode
    }
  }

  enum Found {
    case file(ImageFile)
    case missing(MissingNames.Reason)
  }

  private var files: [Line: Found] = [:]
  /// The names of code that was made at run time, by address.
  var madeCode: [UInt64: CodeName] = [:]

  /// None: whatever is asked for has no names, and nobody says why.
  init() {}

  subscript(mapping: Mapping) -> Found? {
    get { files[Line(mapping)] }
    set { files[Line(mapping)] = newValue }
  }

  /// The files that the program counters of a trace lie in.
  init(of trace: Trace?, in mappings: [Mapping], of process: pid_t) {
    let counters =
      (trace?.entries.map(\.programCounter) ?? []) + (trace?.sites.map(\.programCounter) ?? [])
    self.init(holding: counters, in: mappings, of: process)
  }

  /// The files that program counters lie in.
  ///
  /// - Parameters:
  ///   - mappings: of the process, in ascending order.
  ///   - process: which stands still, or one of its threads.
  init(holding counters: [Address], in mappings: [Mapping], of process: pid_t) {
    for counter in counters {
      // Where a call returns to, the call itself is before it.
      for address in [counter.value, counter.value &- 1] {
        guard let mapping = mappings.holding(Address(address)), mapping.path.hasPrefix("/"),
          self[mapping] == nil
        else { continue }
        self[mapping] = MappedFiles.find(mapping, in: mappings, of: process)
      }
    }
    addMadeCode(holding: counters, in: mappings, of: process)
  }

  // MARK: - Finding one

  private static func find(_ mapping: Mapping, in mappings: [Mapping], of process: pid_t) -> Found {
    let build = buildIdentifier(at: mapping, in: mappings, of: process)
    let low = String(mapping.low.value, radix: 16)
    let high = String(mapping.high.value, radix: 16)
    // Only this link is of the mapping itself; the kernel shows it to root.
    if let file = ImageFile(path: "/proc/\(process)/map_files/\(low)-\(high)") {
      return isOther(file, than: build) ? .missing(.fileDiffers) : .file(file)
    }
    var reason = MissingNames.Reason.fileMissing
    for path in ["/proc/\(process)/exe", "/proc/\(process)/root\(mapping.path)"] {
      guard let file = ImageFile(path: path) else { continue }
      // Some file systems have other numbers in maps than in stat: there the identifier decides.
      let isSame = file.identity.device == mapping.device && file.identity.inode == mapping.inode
      if isSame ? !isOther(file, than: build) : build != nil && !isOther(file, than: build) {
        return .file(file)
      }
      if path.hasSuffix(mapping.path) { reason = .fileDiffers }
    }
    return .missing(reason)
  }

  /// Whether the file has another build identifier than what was mapped has.
  private static func isOther(_ file: ImageFile, than build: [UInt8]?) -> Bool {
    guard let build else { return false }
    return build != BuildIdentifier.read { file.read(at: $0, into: $1) }
  }

  /// As it is in memory; nil if there is none.
  private static func buildIdentifier(
    at mapping: Mapping, in mappings: [Mapping], of process: pid_t
  ) -> [UInt8]? {
    guard let image = LoadedImage.holding(mapping.low, in: mappings) else { return nil }
    return BuildIdentifier.read { offset, buffer in
      let (address, overflow) = image.base.value.addingReportingOverflow(offset)
      guard !overflow, address < image.end.value, let memory = buffer.baseAddress else { return 0 }
      var place = address
      return clab_peek_memory(process, &place, 1, buffer.count, memory) == 1 ? buffer.count : 0
    }
  }
}
