@testable import CrashLab
@testable import CrashLabBench

/// Evidence that was made up: a machine like those that most people have.
enum SyntheticMachine {
  static let usual: ClaimEvidence = {
    var evidence = ClaimEvidence()
    for (name, facts) in trials { evidence.trials[name] = [facts, facts, facts] }
    evidence.layout = layout
    evidence.costs = costs
    for (name, nanoseconds) in [
      (SwitchKind.coroutineInline, 0.45), (.coroutine, 1.5), (.coroutineFull, 3.9), (.getpid, 98),
      (.swapcontext, 150),
    ] {
      evidence.kinds[name] = kind(name, nanoseconds)
    }
    for (name, nanoseconds) in [(SwitchKind.threadYield, 1_100.0), (.threadFutex, 2_300)] {
      evidence.kinds[name] = kind(name, nanoseconds, switches: 1)
    }
    evidence.tlb = tlb(step: 7, addressSpace: 120)
    evidence.conditions = conditions
    evidence.scaleTest = scaleTest(threads: 60_000, coroutines: 15_000)
    return evidence
  }()

  private static let trials: [String: TrialFacts] = {
    func facts(_ change: (inout TrialFacts) -> Void) -> TrialFacts {
      var facts = TrialFacts()
      change(&facts)
      return facts
    }
    let survivor = facts { $0.survived = true }
    let overflow = facts {
      $0.processDied = true
      $0.bystandersStopped = true
      $0.threadsAtFault = 66
      $0.site = .guard
      $0.owner = .thread
      $0.guardKind = .mapping
      $0.code = "SEGV_ACCERR"
    }
    func overflowing(_ change: (inout TrialFacts) -> Void) -> TrialFacts {
      var facts = overflow
      change(&facts)
      return facts
    }
    return [
      "thread-recursion": overflow, "thread-bystanders": overflow, "array-probed": overflow,
      "task-recursion": overflow,
      "coroutine-recursion": overflowing { $0.owner = .coroutine },
      "coroutine-madvise-guard": overflowing { $0.guardKind = .madvise },
      "main-recursion": overflowing {
        $0.site = .mainStackLimit
        $0.stackSize = 8 << 20
      },
      "array-skips-guard": facts { $0.hasSilentCorruption = true },
      "thread-no-guard": facts { $0.hasSilentCorruption = true },
      "recover-thread-exit": survivor, "sibling-process": survivor,
      "shared-memory-process": survivor,
      "async-recursion": facts {
        $0.survived = true
        $0.counters = ["depth": 1_000_000]
      },
    ]
  }()

  static let layout = LayoutFacts(
    executions: (0..<5).map { index in
      let base = UInt64(index) << 24
      return .init(
        code: Address(0x5555_0000_0000 + base), heap: Address(0x5555_1000_0000 + base),
        library: Address(0x7f00_0000_0000 + base), stack: Address(0x7ffe_0000_0000 + base),
        stackMapped: 132 << 10)
    },
    threads: [threads(gap: 4096)],
    growth: .init(mapped: [512 << 10, 768 << 10, 1 << 20], step: 256 << 10),
    stackLimit: 8 << 20)

  static let costs = StackCosts(
    threads: 100,
    thread: .init(
      size: 8 << 20, addressSpace: (8 << 20) + 4096, resident: 9000, pageTables: 8200),
    protected: .init(stacks: 256, mappings: 512, duration: 900),
    installed: .init(stacks: 256, mappings: 0, duration: 700), mostMappings: 65530)

  static func threads(gap: UInt64) -> LayoutFacts.Threads {
    let size: UInt64 = 1 << 20
    return .init(
      size: Int(size),
      stacks: (0..<16).map { index in
        let low = 0x7f00_0000_0000 + UInt64(index) * (size + gap)
        return .init(low: Address(low), high: Address(low + size), guardSize: 4096)
      }, isReused: true, areBetweenHeapAndMainStack: true)
  }

  static let conditions = SwitchingConditions(
    taggedTranslations: true, globalAddressSpaces: false, pageTableIsolation: false,
    mitigations: [], hypervisor: true, governor: nil, addressSpacesKept: 6,
    flushCounting: .notMounted)

  /// - Parameter noise: at most so much more or less.
  static func kind(
    _ kind: SwitchKind, _ nanoseconds: Double, noise: Double? = nil, switches: Double = 0,
    samples count: Int = 15
  ) -> SwitchKindReport {
    let noise = noise ?? nanoseconds * 0.02
    var generator = SplitMix64(seed: 11)
    let samples = (0..<count).map { _ in
      let value = nanoseconds + Double.random(in: -noise...noise, using: &generator)
      return Sample(nanoseconds: value, cycles: value * 4, switches: switches)
    }
    return SwitchKindReport(kind, samples: samples, baseline: nil, coroutine: nil)
  }

  /// What the kernel counted.
  struct Count {
    /// From so many processes on each hop flushes; nil for never.
    var flushesFrom: Int?
    /// Page tables that a hop of threads, and of processes, loads.
    var threadLoads = 0.0
    var processLoads = 1.0

    func samples(members: Int) -> (thread: Sample, process: Sample) {
      var thread = Sample(nanoseconds: 0)
      var process = thread
      thread.pageTableLoads = threadLoads
      process.pageTableLoads = processLoads
      process.flushes = members >= flushesFrom ?? .max ? 1 : 0.02
      return (thread, process)
    }
  }

  static func tlb(
    step: Int?, addressSpace: Double, noise: Double = 30, threadStep: Int? = nil,
    rounds: Int = 9, counted: Count? = nil
  ) -> TLBReport {
    var generator = SplitMix64(seed: 13)
    func sample(_ level: Double) -> Sample {
      Sample(
        nanoseconds: level + Double.random(in: -noise...noise, using: &generator), cycles: 0,
        switches: 1)
    }
    let curves = [0, 256].map { pages in
      TLBReport.Curve(
        pages: pages,
        rings: (2...12).map { members in
          let thread =
            2200 + Double(pages) + (threadStep.map { members >= $0 ? 400.0 : 0 } ?? 0)
          let flush = step.map { members >= $0 ? 400.0 + Double(pages) : 0 } ?? 0
          return TLBReport.RingPair(
            members: members, thread: (0..<rounds).map { _ in sample(thread) },
            process: (0..<rounds).map { _ in sample(thread + addressSpace + flush) },
            counted: counted?.samples(members: members))
        })
    }
    return TLBReport(curves: curves, conditions: conditions)
  }

  /// - Parameters: nanoseconds of processor time a request.
  static func scaleTest(
    threads: Double, coroutines: Double, runs: Int = 9
  ) -> ScaleTest.Report {
    func report(_ server: EchoLoad.Server, _ cost: Double) -> EchoReport {
      let spread = Spread((0..<runs).map { cost * (1 + Double($0 - runs / 2) / 100) })
      return EchoReport(
        server: server, connections: 10_000, inFlight: 100, requests: 20_000,
        throughput: Spread(spread.samples.map { 1e9 / $0 }),
        latency: .init(median: 1, p90: 2, p99: 3, p999: 4, worst: 5), processorPerRequest: spread,
        peak: Spread([1e8]), switchesPerRequest: Spread([server == .threads ? 3 : 0.1]))
    }
    return ScaleTest.Report(
      loads: [], echo: [report(.threads, threads), report(.coroutines, coroutines)], refused: [])
  }
}
