import ObjectFiles

@testable import CrashLab
@testable import CrashLabBench
@testable import CrashLabPages
@testable import CrashLabText

/// Every reader of bytes that nobody vouches for, and what is made of what it reads: whatever comes,
/// it must neither trap nor hang, nor take memory by a size that it was told.
enum UntrustedInput: String, CaseIterable, Sendable {
  /// A datagram of a child that has corrupted its memory.
  case evidence
  /// Maps and pagemap of a process.
  case maps
  /// What else /proc tells of one.
  case status
  /// A core dump.
  case core
  /// A trial's report in JSON.
  case report
  /// A program or a library.
  case image
  /// The words that the core handler is started with.
  case notice
  /// What the reader of a crash answers to the handler.
  case answer

  func read(_ bytes: [UInt8]) {
    switch self {
    case .evidence: UntrustedInput.readEvidence(bytes)
    case .maps: UntrustedInput.readMaps(bytes)
    case .status: UntrustedInput.readStatus(bytes)
    case .core: UntrustedInput.readCore(bytes)
    case .report: UntrustedInput.readReport(bytes)
    case .image: UntrustedInput.readImage(bytes)
    case .notice: UntrustedInput.readNotice(bytes)
    case .answer: UntrustedInput.readAnswer(bytes)
    }
  }

  private static let machine = Machine.current(trying: false)

  // MARK: - Evidence

  /// The first byte says whether the rest is a message as it is, or is filled up to the right size.
  private static func readEvidence(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    var message = Array(bytes.dropFirst())
    if first & 1 == 0 {
      message = Array(message.prefix(ChildMessage.size))
      message += [UInt8](repeating: 0, count: ChildMessage.size - message.count)
    }
    let decoded = message.withUnsafeBytes { try? ChildMessage($0, sender: 7) }
    guard case .fault(let evidence) = decoded else { return }
    var fault = Fault.assemble(
      evidence, photograph,
      in: .init(process: 7, laboratory: 8, nullLimit: machine.lowestMappable))
    if let trace = evidence.trace {
      fault.name(
        trace, in: photograph.mappings, files: MappedFiles(), with: Symbolicator())
    }
    var seen = TrialResult(command: ["program"])
    seen.faults = [fault]
    show(TrialReport(seen))
  }

  /// Two threads' stacks with a guard each, and the main stack.
  private static let photograph: Photograph = {
    let mappings = Mapping.parse(
      maps: """
        7f0000000000-7f0000001000 ---p 00000000 00:00 0
        7f0000001000-7f0000801000 rw-p 00000000 00:00 0
        7f0000801000-7f0000802000 ---p 00000000 00:00 0
        7f0000802000-7f0001002000 rw-p 00000000 00:00 0
        7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0 [stack]

        """.utf8)
    let claims = [(7, 0x7f00_0000_1000), (8, 0x7f00_0080_2000)].map { thread, low in
      StackRegion.Claim(
        kind: .thread, name: "t", thread: thread, low: Address(low),
        high: Address(low + 0x80_0000))
    }
    return Photograph(
      mappings: mappings, threads: [.init(id: 7, name: "t")],
      stacks: StackRegion.find(
        claims: claims, mappings: mappings, installedGuards: [],
        limits: MainStackLimits(soft: 8 << 20, gap: 1 << 20)))
  }()

  // MARK: - What /proc tells

  private static func readMaps(_ bytes: [UInt8]) {
    let mappings = Mapping.parse(maps: bytes)
    var scan = PageScan()
    bytes.withUnsafeBytes { bytes in
      guard var reader = ByteReader(bytes) else { return }
      let first = reader.integer(UInt64.self) ?? 0
      let words = sequence(state: reader) { $0.integer(UInt64.self) }
      scan.add(pagemap: words, from: first, pageSize: 4096)
    }
    // A process whose threads stand at the ends of its mappings.
    let threads = mappings.prefix(8).enumerated().flatMap { index, mapping in
      [mapping.low, Address(mapping.high.value &- 8)].map {
        ThreadSnapshot(id: Int32(index), name: "t", stackPointer: $0)
      }
    }
    scan.guards.sort { $0.lowerBound < $1.lowerBound }
    let facts = FoundStack.Facts(
      mappings: mappings, threads: threads, scan: scan, process: 0,
      limits: MainStackLimits(soft: nil, gap: 1 << 20))
    let stacks = FoundStack.find(facts)
    _ = StackOccupancy.of(stacks, mappings: mappings, scan: scan)
    _ = AddressArea.gather(mappings, stacks: stacks.map(\.region), program: "/bin/program")
    for thread in threads.prefix(4) {
      guard let address = thread.stackPointer else { continue }
      let site = FaultSite.locate(
        FaultSite.Facts(
          code: SignalCode(1, of: .segv), address: address, access: .write, stackPointer: address,
          thread: thread.id, mappings: mappings, stacks: stacks.map(\.region)))
      _ = MemoryRegion.around(
        address, site: site, mappings: mappings, stacks: stacks.map(\.region))
    }
  }

  private static func readStatus(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let masks = SignalMasks(status: text) {
      for number in [1, 11, 64] as [CInt] { _ = masks.catches(Signal(number)) }
    }
    _ = threadGroup(inStatus: text)
    _ = MainStackLimits.soft(inLimits: text)
    _ = CrashReading.innerIdentifier(inStatus: bytes)
    bytes.withUnsafeBufferPointer { _ = ThreadSnapshot.stackPointer(inSyscall: $0) }
  }

  // MARK: - The core handler

  private static func readNotice(_ bytes: [UInt8]) {
    let words = bytes.split(separator: 0x20, omittingEmptySubsequences: false)
    guard let notice = CrashNotice(words: words.map { String(decoding: $0, as: UTF8.self) }) else {
      return
    }
    precondition(notice.process > 0 && notice.thread > 0 && notice.pidfd ?? 3 > 2)
    // Root's and what nobody may look into are read without its rights.
    precondition(notice.readingUser.user != 0 && (notice.dumpMode == 1 || notice.reader == nil))
    precondition(RunFolder.isNameOfRun(RunFolder.startingName(process: 7, at: notice.time)))
  }

  private static func readAnswer(_ bytes: [UInt8]) {
    guard let answer = try? CrashAnswer(bytes) else { return }
    precondition(answer.report.count < bytes.count)
    precondition(!printable(answer.line).contains("\n"))
    readReport(answer.report)
  }

  // MARK: - Files

  private static func readCore(_ bytes: [UInt8]) {
    let source = MemorySource(bytes)
    guard let dump = try? CoreDump(source) else { return }
    _ = dump.executable
    show(
      TrialReport(
        CoreAnalysis(dump, CoreMemory(dump, of: source), machine: machine).account().result))
  }

  private static func readImage(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      _ = try? NamingAnswer(bytes)
      _ = BuildIdentifier.read { offset, buffer in
        MemorySource(Array(bytes)).read(at: offset, into: buffer)
      }
      readSymbols(Array(bytes))
      guard let image = try? ElfImage(bytes) else { return }
      _ = try? LargeFrameReport.judge(image, path: "program", guardSize: 4096)
    }
  }

  /// The bytes as an image in the memory of a process that has called abort in it.
  private static func readSymbols(_ bytes: [UInt8]) {
    let base: UInt64 = 0x40_0000
    let high = base + UInt64(max(4096, bytes.count))
    let source = MemorySource(bytes)
    let memory = TargetMemory(
      mappings: [
        Mapping(
          low: Address(base), high: Address(high), permissions: [.read, .write, .execute],
          path: "/program")
      ], read: { source.read(at: $0 &- base, into: $1) }, file: { _ in bytes })
    let symbols = DynamicSymbols(base: base, read: memory.read)
    let calls = ["abort", "_ZSt9terminatev"].compactMap { symbols?[$0]?.lowerBound }
    let entries = (calls + stride(from: base + 64, to: min(high, base + 4096), by: 97)).map {
      Trace.Entry(
        index: 0, count: 1, period: 1, programCounter: Address($0 &+ 1),
        canonicalFrameAddress: Address($0), frameSize: 8, stride: 0, isSignalFrame: false,
        isExact: false)
    }
    for signal in [Signal.abrt, .ill] {
      let evidence = Evidence(
        source: .observer, handled: false, process: 1, thread: 1, code: SignalCode(-6, of: signal),
        address: Address(0), programCounter: Address(base), stackPointer: Address(base),
        trace: Trace(
          entries: entries, frameCount: entries.count, leftOut: 0, stackBytes: 0, sites: [],
          isComplete: true, steps: 0, duration: 0), caughtAt: 0, sentAt: 0)
      _ = AbortMessage(of: evidence, in: memory)
    }
    for offset in stride(from: 0, to: UInt64(bytes.count), by: 61) {
      _ = memory.result(of: base + offset, argument: base, threadPointer: base)
    }
  }

  private static func readReport(_ bytes: [UInt8]) {
    if let trial = try? JSON.value(TrialReport.self, from: bytes) { show(trial) }
  }

  /// As `crashlab report` shows a trial, in every format.
  private static func show(_ report: TrialReport) {
    var page = RunPage(machine: machine, catalogue: CaseCollection([]))
    page.add(report)
    _ = page.html(duration: 1)
    _ = TrialText(theme: .plain).whole(report, machine: machine)
    _ = TextReporter.lines(for: report, nameWidth: 10, theme: .plain)
    var junit = JUnitReporter { _ in nil }
    _ = junit.trial(report)
    _ = junit.text(duration: 1)
    _ = GitHubReporter.line(for: report) { _ in nil }
    let run = RunProfile(name: "a", machine: machine, trials: [report])
    _ = RunComparison(run, RunProfile(name: "b", machine: machine)).text()
    _ = try? RunReport(machine: machine, trials: [report], duration: 1).json()
    let collected = OTLPReporter(
      .init(machine: machine, host: "h", crashed: 1, observed: 2, version: "0"))
    precondition((try? collected.trial(report))?.dropLast().contains("\n") != true)
    let redacted = report.withoutSecrets
    precondition(redacted.withoutSecrets.signature == redacted.signature)
    _ = TrialText(theme: .plain).whole(redacted, machine: machine)
  }
}
