internal import CrashLabModel
internal import Glibc

/// The names of code that a program has made at run time, as it tells them to perf(1): a line
/// `START SIZE NAME` for each function, in hexadecimal (Linux, tools/perf/Documentation/jit-interface.txt).
struct PerfMap {
  /// More than any just-in-time compiler writes.
  private static let mostBytes = 256 << 20

  private(set) var names: [UInt64: CodeName] = [:]

  /// - Parameters:
  ///   - text: of the file. Whoever wrote it may have written anything.
  ///   - addresses: that are asked for. A later line is of newer code, and counts.
  init(_ text: some Collection<UInt8>, for addresses: [UInt64]) {
    let wanted = addresses.sorted()
    for line in text.split(separator: UInt8(ascii: "\n")) {
      line.withContiguousStorageIfAvailable { bytes in
        guard let start = bytes.baseAddress else { return }
        var scanner = LineScanner(start, start + bytes.count)
        guard let low = scanner.hexadecimal(), scanner.skip(" "), let size = scanner.hexadecimal(),
          scanner.skip(" ")
        else { return }
        let high = low.addingReportingOverflow(size)
        if high.overflow { return }
        for address in wanted where low <= address && address < high.partialValue {
          names[address] = CodeName(
            symbol: scanner.rest(orSameAs: ""), offset: Int(clamping: address - low))
        }
      }
    }
  }

  /// Of a process that stands still: /tmp/perf-PID.map as it sees it, if the process's user or root
  /// owns it. Nil if there is none.
  init?(of process: pid_t, for addresses: [UInt64]) {
    guard let status = readSmallFile("/proc/\(process)/status"),
      let group = threadGroup(inStatus: status),
      let inner = status.split(separator: "\n").first(where: { $0.hasPrefix("NStgid:") })?
        .split(separator: "\t").last,
      let file = ImageFile(path: "/proc/\(group)/root/tmp/perf-\(inner).map")
    else { return nil }
    let users = status.split(separator: "\n").first { $0.hasPrefix("Uid:") }?
      .split(separator: "\t").dropFirst().compactMap { UInt32($0) }
    var owner = stat()
    guard fstat(file.descriptor, &owner) == 0, file.identity.size <= Int64(PerfMap.mostBytes),
      owner.st_uid == 0 || users?.contains(owner.st_uid) == true
    else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(file.identity.size)) { buffer, filled in
      filled = file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
    }
    self.init(bytes, for: addresses)
  }
}

extension MappedFiles {
  /// Adds the names of code that lies in no file.
  mutating func addMadeCode(
    holding counters: [Address], in mappings: [Mapping], of process: pid_t
  ) {
    let made = counters.flatMap { [$0.value, $0.value &- 1] }.filter {
      guard let mapping = mappings.holding(Address($0)) else { return false }
      return mapping.permissions.contains(.execute) && !mapping.path.hasPrefix("/")
        && !mapping.path.hasPrefix("[")
    }
    guard !made.isEmpty, let map = PerfMap(of: process, for: Array(Set(made))) else { return }
    madeCode = map.names
  }

  /// Of code that lies in no file.
  func nameOfMadeCode(at frame: CodeAddress) -> CodeName {
    madeCode[frame.programCounter.value &- (frame.isReturnAddress ? 1 : 0)] ?? .unknown
  }
}
