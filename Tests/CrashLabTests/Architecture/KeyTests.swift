import Foundation
import TestSupport
import Testing

@testable import CrashLab
@testable import CrashLabBench
@testable import CrashLabText

/// The keys of every JSON document, as schema 1 has them. `Tests/Keys` has a file for each: a line
/// for each key, below the keys that lead to it. A key is added, never renamed or removed, and none
/// is left out where a value is unknown.
///
/// `CRASHLAB_RECORD=1 swift test --filter KeyTests` writes the files anew, and fails.
@Suite struct KeyTests {
  @Test func run() throws {
    let report = Documents.trial
    try check("run", [RunReport(machine: Documents.machine, trials: [report], duration: 1).json()])
    var reporter = JSONReporter(machine: Documents.machine)
    let written = try reporter.trial(report) + reporter.end(duration: 1)
    try check("run", [written])
  }

  @Test func trial() throws {
    try check(
      "trial", [JSON.text(of: TrialFile(machine: Documents.machine, trial: Documents.trial))])
  }

  /// What is not known is null, never absent.
  @Test func trialOfWhichNothingIsKnown() throws {
    let unknown = TrialReport(
      case: nil, attempt: 1, summary: "", mismatches: [],
      faults: [
        FaultReport(
          signal: .segv, code: "", address: Address(0), programCounter: Address(0),
          stackPointer: Address(0), process: .init(id: 1, relation: .trial),
          thread: .init(id: 1, name: ""), handled: false, site: FaultSite(.unmapped)),
        FaultReport(
          signal: .segv, code: "", address: Address(0), programCounter: Address(0),
          stackPointer: Address(0), process: .init(id: 1, relation: .trial),
          thread: .init(id: 1, name: ""), handled: false,
          handler: HandlerFacts(isCaught: false),
          sender: .init(process: 1, user: 1, relation: .other), site: FaultSite(.unmapped),
          surroundings: [MemoryRegion(low: Address(0), high: Address(1), kind: .mapping)],
          unwind: UnwindReport(
            by: .core, frameCount: 0, complete: false, steps: 0, duration: 0,
            frames: [
              UnwindReport.Frame(
                index: 0, count: 1, period: 1, programCounter: Address(0),
                inlined: [.init(symbol: "")])
            ],
            recursion: .init(
              functions: [.init(programCounter: Address(0))], period: 1, count: 1, frames: 1),
            stackUse: [.init(frames: 0, bytes: 0)],
            missingNames: [.init(image: "", reason: .noReader, signal: nil, hasSymbols: false)]),
          instruction: .init(text: "", operandAddress: nil),
          signalFrame: .init(needed: 0, available: 0, signal: nil),
          abortMessage: .init(text: "", exception: .init(type: "", what: nil)),
          cause: .init(.nullCall, pointer: Address(0)),
          generalRegisters: [
            .init(name: "", value: Address(0)),
            .init(name: "", value: Address(0), pointsTo: .init(.heap, offset: 0)),
          ], systemCall: .init(number: -1, architecture: nil)),
      ],
      corruption: [
        .init(what: "", owner: "", firstAddress: Address(0), bytesChanged: 0, belowStackLimit: nil)
      ], counters: [], finished: false,
      termination: .init(kind: .deadline, coreDumped: false),
      death: .init(
        termination: .deadline, threadsAtFault: nil, threadsAfter: 0, beats: .init(),
        waitersAfter: 0, controlProcessAlive: nil), timeline: [],
      threads: [.init(id: 1, name: "")],
      images: [.init(path: "", low: Address(0), buildId: nil)])
    var machine = Documents.machine
    machine.stackLimit = nil
    let text = try JSON.text(of: TrialFile(machine: machine, trial: unknown))
    try check("trial", [text], isWhole: false)
  }

  @Test func catchStatus() throws {
    let unknown = try CatchStatus(folder: "/does/not/exist")
    var status = unknown
    status.formerPattern = "core"
    status.limits = CatchSettings.Limits()
    status.redacts = false
    try check("catch-status", [JSON.text(of: status)])
    try check("catch-status", [JSON.text(of: unknown)], isWhole: false)
  }

  @Test func layout() throws {
    try check("layout", [Documents.layout().json()])
    var unknown = Documents.layout()
    (unknown.largestFrame, unknown.process.command) = (nil, nil)
    for index in unknown.stacks.indices {
      unknown.stacks[index].number = nil
      unknown.stacks[index].thread = nil
      unknown.stacks[index].stackPointer = nil
      unknown.stacks[index].inUse = nil
      unknown.stacks[index].below = nil
    }
    try check("layout", [unknown.json()], isWhole: false)
  }

  @Test func stacks() throws {
    func report(_ stack: UsedStack) throws -> String {
      var tally = StackTally()
      tally.add(stack)
      return try StacksReport(
        tally, names: [:], images: [], limit: .unknown, notes: [], command: ["x"],
        machine: Documents.machine
      ).json()
    }
    var whole = UsedStack(
      kind: .thread, name: "x", entry: Address(1), size: 65536, guard: 4096,
      threadLocalStorage: 1, peak: .init(bytes: 4096, bound: .exact))
    whole.deepest = Documents.sampledTrace
    try check("stacks", [report(whole)])
    let unknown = UsedStack(
      kind: .thread, name: "x", entry: nil, size: nil, guard: nil, threadLocalStorage: nil,
      peak: nil)
    try check("stacks", [report(unknown)], isWhole: false)
  }

  @Test func depth() throws {
    let call = CallGraph.Call(site: Address(2), target: .external("x"), depth: 16)
    let graph = CallGraph([
      .init(address: Address(1), name: "f", own: 8, calls: [call], doubts: [.dynamicFrame])
    ])
    let assumed = StackAssumptions(["x": 64])
    var report = DepthReport(
      graph.deepest(from: Address(1), assuming: assumed), program: "x", entry: "f",
      assuming: assumed)
    report.assumed = [:]
    try check("depth", [report.json()])
  }

  @Test func frames() throws {
    func report(
      step: Int?, symbol: String?, line: Int?
    ) throws -> String {
      let function = LargeFrameReport.Function(
        address: Address(1), size: 2, step: step, frameSize: 3, symbol: symbol, file: symbol,
        line: line, column: line)
      return try LargeFrameReport(
        program: "x", guardSize: 4096, summary: .init(), functions: [function],
        dynamic: [function],
        uncovered: [
          .init(
            address: Address(1), size: 1, kind: .code, section: ".text", symbol: symbol, step: step)
        ]
      ).json()
    }
    try check("frames", [report(step: 1, symbol: "x", line: 1)])
    try check("frames", [report(step: nil, symbol: nil, line: nil)])
  }

  @Test func doctor() throws {
    try check("doctor", [Doctor(of: .gather()).json()])
  }

  @Test func bench() throws {
    let figure = BenchmarkReport.Figure("x", nanoseconds: [1, 2, 3])
    var report = BenchmarkReport(
      machine: Documents.machine, benchmarks: [figure], absent: ["y"], notes: ["z"])
    let alone = try report.json()
    var other = report
    other.machine.build = "another"
    report.comparison = BenchmarkComparison(other, report)
    try check("bench", [report.json()])
    try check("bench", [alone], isWhole: false)
    try check("bench-compare", [BenchmarkComparison(other, report).json()])
  }

  @Test func compare() throws {
    var other = Documents.trial
    other.verdict = .skipped
    var machine = Documents.machine
    machine.build = "another"
    let comparison = RunComparison(
      RunProfile(name: "a", machine: Documents.machine, trials: [Documents.trial]),
      RunProfile(name: "b", machine: machine, trials: [other]))
    try check("compare", [comparison.json()])
  }

  @Test func switching() throws {
    try check("switch", [Documents.switching().json()])
    var unknown = Documents.switching()
    (unknown.tlb, unknown.scaleTest) = (nil, nil)
    try check("switch", [unknown.json()], isWhole: false)
  }

  @Test func claims() throws {
    let report = ClaimsReport(
      machine: Documents.machine, conditions: SyntheticMachine.conditions, interrupted: false,
      evidence: SyntheticMachine.usual, switching: Documents.switching(),
      layouts: [Documents.layout()])
    try check("claims", [report.json()])
  }

  // MARK: - Against the files

  /// - Parameter isWhole: every key of the file is in it.
  private func check(_ name: String, _ texts: [String], isWhole: Bool = true) throws {
    let file = PackageFolder.file("Tests/Keys/\(name).keys")
    for text in texts {
      let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
      if isWhole, ProcessInfo.processInfo.environment["CRASHLAB_RECORD"] == "1" {
        let paths = Keys(of: value).paths.sorted()
        try (paths.joined(separator: "\n") + "\n").write(
          to: file, atomically: true, encoding: .utf8)
        Issue.record("\(file.lastPathComponent) was written anew")
      }
      let recorded = Keys(
        lines: try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
      )
      let seen = Keys(of: value)
      #expect(seen.incomplete(beside: recorded) == [], "keys are missing, \(name)")
      #expect(seen.paths.subtracting(recorded.paths).sorted() == [], "keys are new, \(name)")
      if isWhole {
        #expect(
          recorded.paths.subtracting(seen.paths).sorted() == [], "keys were not seen, \(name)")
      }
    }
  }

  @Test func whatIsLeftOutIsNoticed() throws {
    let recorded = Keys(lines: ["a", "b", "b.c", "b.d", "e", "e.f"])
    func seen(_ text: String) throws -> Keys {
      Keys(of: try JSONSerialization.jsonObject(with: Data(text.utf8)))
    }
    #expect(try seen("{\"a\":1,\"b\":null,\"e\":[]}").incomplete(beside: recorded) == [])
    #expect(
      try seen("{\"a\":1,\"b\":{\"c\":1},\"e\":[{\"f\":1},{}]}").incomplete(beside: recorded)
        == ["b.d", "e.f"])
    #expect(try seen("{\"a\":1}").incomplete(beside: recorded) == ["b", "e"])
    #expect(try seen("{\"a\":{\"x\":1}}").paths == ["a", "a.x"])
  }
}

/// The keys of a document: each with those that lead to it, whatever lists lie between.
private struct Keys {
  private(set) var paths: Set<String> = []
  /// The keys of every single object, by what leads to it.
  private var objects: [(path: String, keys: Set<String>)] = []

  init(of value: Any) { add(value, at: "") }

  init(lines: [String]) { paths = Set(lines) }

  private mutating func add(_ value: Any, at path: String) {
    switch value {
    case let list as [Any]: for value in list { add(value, at: path) }
    case let object as [String: Any]:
      objects.append((path, Set(object.keys)))
      for (key, value) in object {
        let place = path.isEmpty ? key : "\(path).\(key)"
        paths.insert(place)
        add(value, at: place)
      }
    default: break
    }
  }

  /// What some object lacks of the keys that are recorded for its place.
  func incomplete(beside recorded: Keys) -> [String] {
    var missing: Set<String> = []
    for (path, keys) in objects {
      let prefix = path.isEmpty ? "" : "\(path)."
      for place in recorded.paths where place.hasPrefix(prefix) {
        let key = place.dropFirst(prefix.count)
        if !key.contains("."), !keys.contains(String(key)) { missing.insert(place) }
      }
    }
    return missing.sorted()
  }
}

/// Documents in which nothing is unknown.
enum Documents {
  static let sampledTrace = SampledTrace(
    stackPointer: Address(0x7000), depth: 4096,
    trace: Trace(
      entries: [
        .init(
          index: 0, count: 1, period: 1, programCounter: Address(0x1000),
          canonicalFrameAddress: Address(0x7010), frameSize: 16, stride: 0, isSignalFrame: false,
          isExact: true)
      ], frameCount: 1, leftOut: 0, stackBytes: 16, sites: [], isComplete: true, steps: 1,
      duration: 1))

  static let machine: Machine = {
    var machine = Machine.this
    machine.stackLimit = 8 << 20
    return machine
  }()

  private static let handler: HandlerFacts = {
    var facts = HandlerFacts(isCaught: true)
    facts.actionWasSet = true
    facts.isBlocked = false
    facts.usesAlternateStack = true
    facts.alternateStack = .init(
      low: Address(1), size: 2, trouble: .unmapped, mapping: "x", frameNeeds: 3)
    return facts
  }()

  private static let function = UnwindReport.Recursion.Function(
    symbol: "f", file: "x", line: 1, column: 1, image: "x", programCounter: Address(1),
    frameSize: 8)

  private static let unwind: UnwindReport = {
    var unwind = UnwindReport(
      by: .handler, frameCount: 1, complete: true, steps: 0, duration: 1, handlerStackUsed: 1,
      frames: [
        UnwindReport.Frame(
          index: 0, count: 1, period: 1, programCounter: Address(1), symbol: "f", file: "x",
          line: 1, column: 1, image: "x", offset: 1, frameSize: 8,
          inlined: [.init(symbol: "f", file: "x", line: 1, column: 1)])
      ],
      recursion: .init(
        functions: [function], period: 1, count: 1, frames: 1, bytes: 1, share: 1,
        enteredFrom: function),
      stackUse: [.init(symbol: "f", image: "x", frames: 1, bytes: 1, share: 1)],
      missingNames: [.init(image: "x", reason: .readerEnded, signal: .segv, hasSymbols: true)])
    unwind.threadBlockSize = 1
    unwind.python = [.init(function: "f", file: "x", line: 1, period: 1)]
    unwind.pythonStackUsed = 1
    return unwind
  }()

  static let trial = TrialReport(
    case: "x", attempt: 1, command: ["x"], verdict: .notAsExpected, reason: "x", summary: "x",
    message: "x",
    mismatches: [.init("x", expected: "x", seen: "x")],
    faults: [
      FaultReport(
        signal: .segv, code: "SEGV_ACCERR", address: Address(1), access: .write,
        programCounter: Address(1), stackPointer: Address(1),
        process: .init(id: 1, relation: .trial), thread: .init(id: 1, name: "x"), handled: true,
        handler: handler, handlerOutcome: .noRoom, reason: "x",
        sender: .init(process: 1, user: 1, relation: .other, name: "x"),
        site: {
          var site = FaultSite(
            .guard, owner: .init(kind: .thread, name: "x"), stackLimit: Address(1), stackSize: 1,
            stackSizeAtMost: 1, guard: Guard(low: Address(0), high: Address(1), kind: .mapping),
            overshoot: 1,
            skipped: 0)
          site.mapping = "x"
          return site
        }(),
        surroundings: [
          MemoryRegion(
            low: Address(0), high: Address(1), kind: .stack,
            owner: .init(kind: .thread, name: "x"), mapping: "x")
        ],
        unwind: unwind, refusal: .unknown,
        instruction: .init(text: "x", operandAddress: Address(1)),
        signalFrame: .init(needed: 1, available: 0, signal: .bus),
        abortMessage: .init(
          text: "x", terminate: .exception, exception: .init(type: "x", what: "x")),
        cause: .init(
          .textPointer, register: "x", pointer: Address(1), offset: 1, text: "x"),
        generalRegisters: [
          .init(
            name: "x", value: Address(1),
            pointsTo: .init(
              .stack, owner: .init(kind: .thread, name: "x"), offset: 1, symbol: "x", mapping: "x",
              text: "x"))
        ], stackSizeSource: .threadDefault,
        source: .init(file: "x", first: 1, lines: ["x"], line: 1),
        systemCall: .init(number: 0, architecture: .amd64))
    ],
    corruption: [
      .init(what: "x", owner: "x", firstAddress: Address(1), bytesChanged: 1, belowStackLimit: 1)
    ],
    counters: [.init(name: "x", value: 1)], finished: true,
    termination: .init(kind: .signal, signal: .segv, coreDumped: true, exitStatus: 1),
    death: .init(
      termination: .killed(by: .segv), threadsAtFault: 1, threadsAfter: 0,
      beats: .init(before: [1], parked: [2], after: [3], afterAgain: [3]), waitersAfter: 0,
      controlProcessAlive: true), timeline: [.init(event: .forked, at: 0)],
    signature: "x", threads: [.init(id: 1, name: "x", sameAs: 1, unwind: unwind)],
    images: [.init(path: "x", low: Address(1), buildId: "x")])

  static func layout() -> LayoutReport {
    let region = StackRegion(
      kind: .coroutine, name: "x", number: 1, thread: 8, low: Address(0x1000),
      high: Address(0x2000), guard: Guard(low: Address(0), high: Address(0x1000), kind: .mapping))
    return LayoutReport(
      Layout(
        process: 7, program: "x",
        threads: [ThreadSnapshot(id: 9, name: "x", stackPointer: nil)],
        uses: [
          StackOccupancy(
            stack: FoundStack(region: region, stackPointer: Address(0x1800), evidence: .noted),
            inUse: 1, touched: 1, resident: 1, largestStep: 1,
            below: .init(kind: .stack, name: "x", distance: 1), memory: "x")
        ],
        areas: [
          AddressArea(
            kind: .heap, name: "x", low: Address(0), high: Address(1), mapped: 1, stacks: 1)
        ], duration: 1),
      command: ["x"], largestFrame: 1, machine: machine)
  }

  static func switching() -> SwitchReport {
    var conditions = SyntheticMachine.conditions
    conditions.governor = "performance"
    let sample = Sample(nanoseconds: 1, cycles: 4, switches: 1)
    let kind = SwitchKindReport(
      .threadFutex, samples: [sample], baseline: [sample], coroutine: [sample])
    var memory = ConcurrencyMemory(
      before: .init(process: getpid(), withChildren: false),
      after: .init(process: getpid(), withChildren: false))
    memory.mappingLimit = 1
    let scaleTest = SyntheticMachine.scaleTest(threads: 1, coroutines: 1)
    return SwitchReport(
      machine: machine, conditions: conditions, placement: Placement(core: 1), kinds: [kind],
      unpinned: [kind],
      tlb: SyntheticMachine.tlb(step: 7, addressSpace: 120, counted: .init(flushesFrom: 7)),
      scaleTest: ScaleTest.Report(
        loads: [
          ConcurrencyReport(kind: .threads, count: 1, create: 1, wake: 1, join: 1, memory: memory)
        ], echo: scaleTest.echo, refused: ["x"]),
      absent: ["x"], starved: [.threadYield])
  }
}
