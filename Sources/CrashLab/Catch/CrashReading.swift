internal import CHarness
internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// The reading of a crash, in a process that has no rights left: it parses what the process wrote,
/// and makes the report.
struct CrashReading {
  private let crashing: CrashingProcess
  private let stream: StreamHead
  private let machine: Machine
  private let isKept: Bool

  enum Failure: UInt8, Error {
    /// The dump does not begin as one.
    case notDump = 1
    /// What lies under the process's number in /proc is not what was dumped.
    case otherProcess = 2
    case notWritten = 3
  }

  /// - Parameters:
  ///   - stream: of the dump; it is taken.
  ///   - isKept: the dump itself is written to a file.
  init(
    _ crashing: CrashingProcess, stream: CInt, machine: Machine, isKept: Bool
  ) {
    self.crashing = crashing
    self.stream = StreamHead(descriptor: stream)
    self.machine = machine
    self.isKept = isKept
  }

  func result() throws(Failure) -> TrialResult {
    let mappings = Mapping.parse(maps: crashing.maps)
    var dump: CoreDump
    do throws(FileProblem) { dump = try CoreDump(stream) } catch { throw .notDump }
    guard isSame(dump), !mappings.isEmpty else { throw .otherProcess }
    let inner = useOuterIdentifiers(in: &dump)
    let memory = CoreMemory(
      dump, at: mappings, of: ProcessMemory(descriptor: crashing.memory),
      images: CoreImages(replacing: files(of: mappings)))
    var remains = CoreRemains()
    remains.names = crashing.names.mapValues { CrashReading.text($0) }
    remains.innerIdentifiers = inner
    if inner.isEmpty {
      remains.nameOfProcess = {
        readSmallFile("/proc/\($0)/comm").map { CrashReading.text($0.utf8) }
      }
    }
    remains.command = crashing.commandLine.isEmpty ? nil : arguments
    remains.stackLimit = StackSizeSource.ResourceLimit(
      inLimits: String(decoding: crashing.limits, as: UTF8.self))
    let (pagemap, pageSize) = (crashing.pagemap, dump.pageSize(or: machine.pageSize))
    remains.scan = {
      guard pagemap >= 0 else { return PageScan() }
      return (try? PageScan(of: $0, in: pagemap, pageSize: pageSize)) ?? PageScan()
    }
    remains.sharesFiles = crashing.sharesFiles
    remains.isKept = isKept
    let stream = stream
    let account = CoreAnalysis(dump, memory, machine: machine, remains: remains).account {
      stream.close()
    }
    return account.result
  }

  /// The auxiliary vector is of one execution: it has addresses that the kernel chose at random.
  private func isSame(_ dump: CoreDump) -> Bool {
    let there = CoreDump.pairs(crashing.auxiliary)
    return !there.isEmpty && there.count == dump.auxiliary.count
      && there.allSatisfy { dump.auxiliary[$0] == $1 }
  }

  /// The dump numbers threads as the process's own pid namespace does.
  ///
  /// - Returns: those numbers, by the numbers here; empty if both are the same.
  private func useOuterIdentifiers(in dump: inout CoreDump) -> [Int32: Int32] {
    var inner: [Int32: Int32] = [:]
    for (id, status) in crashing.statuses {
      if let number = CrashReading.innerIdentifier(inStatus: status) { inner[id] = number }
    }
    let outer = Dictionary(inner.map { ($1, $0) }) { first, _ in first }
    for index in dump.threads.indices {
      dump.threads[index].id = outer[dump.threads[index].id] ?? dump.threads[index].id
    }
    dump.program?.process = crashing.notice.process
    if !outer.isEmpty, var signal = dump.signal, signal.si_code <= 0 {
      // As the kernel tells a sender that has no number in the process's namespace: 0.
      signal._sifields._kill.si_pid = outer[signal._sifields._kill.si_pid] ?? 0
      dump.signal = signal
    }
    return inner
  }

  /// A thread's number in the innermost of its pid namespaces, as /proc/PID/status tells it; nil if it
  /// does not. The kernel escapes the line ends of the name above it.
  static func innerIdentifier(inStatus status: [UInt8]) -> Int32? {
    let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("NSpid:") }
    let numbers = line?.dropFirst("NSpid:".count).split(whereSeparator: \.isWhitespace) ?? []
    return numbers.last.flatMap { Int32($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  private func files(of mappings: [Mapping]) -> [String: FileSource] {
    var files: [String: FileSource] = [:]
    for file in crashing.files {
      guard let mapping = mappings.holding(Address(file.low)), files[mapping.path] == nil else {
        close(file.descriptor)
        continue
      }
      files[mapping.path] = try? FileSource(descriptor: file.descriptor, path: mapping.path)
    }
    return files
  }

  private var arguments: [String] {
    crashing.commandLine.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Without the line end that the kernel adds.
  private static func text(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self)
  }
}
