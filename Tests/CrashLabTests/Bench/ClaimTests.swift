import Testing

@testable import Catalogue
@testable import CrashLab
@testable import CrashLabBench

/// Every claim against machines that were made up: one where it holds, one where it does not, one
/// too noisy to tell.
@Suite struct ClaimTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var id: String
    var machine: String
    var verdict: Claim.Verdict
    var change: @Sendable (inout ClaimEvidence) -> Void

    init(
      _ id: String, _ machine: String, _ verdict: Claim.Verdict,
      _ change: @escaping @Sendable (inout ClaimEvidence) -> Void = { _ in }
    ) {
      self.id = id
      self.machine = machine
      self.verdict = verdict
      self.change = change
    }

    var testDescription: String { "\(id): \(machine)" }
  }

  static let rows: [Row] =
    guardRows + stackRows + switchRows + coroutineRows

  @Test(arguments: rows) func isJudgedByItsRule(row: Row) throws {
    var evidence = SyntheticMachine.usual
    row.change(&evidence)
    let claim = try #require(Claim.all.first { $0.id == row.id })
    let finding = claim.judge(evidence)
    #expect(finding.verdict == row.verdict, "\(finding.evidence)")
    #expect(!finding.evidence.isEmpty && !finding.evidence.contains("\n"))
  }

  @Test func everyClaimHasItsThreeMachines() {
    for claim in Claim.all {
      let verdicts = Set(ClaimTests.rows.filter { $0.id == claim.id }.map(\.verdict))
      #expect(
        verdicts.contains(.holds) || verdicts.contains(.holdsWithCondition),
        "\(claim.id): no machine where it holds")
      #expect(verdicts.contains(.doesNotHold), "\(claim.id): none where it does not")
      #expect(verdicts.contains(.notSettled), "\(claim.id): none too noisy")
    }
  }

  @Test func idsAreThoseOfTheSchema() {
    #expect(
      Set(Claim.all.map(\.id)) == [
        "guard-kills-process", "death-stops-at-thread-group", "guard-is-prot-none",
        "overflow-touches-guard", "stacks-scattered", "main-stack-8-mb", "sandwich-layout",
        "thread-costs-its-stack", "guard-costs-nothing",
        "thread-switch-hundred-cycles", "thread-switch-keeps-page-table",
        "process-switch-flushes-tlb", "coroutine-switch-two-registers", "coroutine-state-on-heap",
        "ten-thousand-threads",
      ])
  }

  @Test func nothingIsSettledWithoutEvidence() {
    for claim in Claim.all {
      #expect(claim.judge(ClaimEvidence()).verdict == .notSettled, "\(claim.id)")
    }
  }

  @Test func everyCaseThatIsLookedAtIsInTheCatalogue() {
    for name in ClaimsMeasurement.cases { #expect(catalogue[name] != nil, "\(name)") }
    let named = Claim.all.flatMap { $0.repeat.split(separator: " ").map(String.init) }
    for name in named where name.contains("-") {
      #expect(ClaimsMeasurement.cases.contains(name), "\(name) is named but not measured")
    }
  }

  @Test func signTest() {
    #expect(Signs([1, 2, 3, 4, 5, 6, 7, 8]) == .above)
    #expect(Signs([-1, -2, -3, -4, -5, -6, -7, -8]) == .below)
    #expect(Signs([1, -2, 3, -4, 5, -6, 7, -8]) == .undecided)
    #expect(Signs([1, 2, 3]) == .undecided)
    // So many above zero of so many: the bound is 2.6 standard deviations from the half.
    for (above, count, sign) in [
      (7, 7, .undecided), (8, 8, .above), (7, 8, .undecided), (13, 16, .undecided),
      (14, 16, .above), (13, 21, .undecided), (16, 21, .undecided), (17, 21, .above),
      (62, 100, .undecided), (63, 100, .undecided), (64, 100, .above),
    ] as [(Int, Int, Signs)] {
      let differences = (0..<count).map { $0 < above ? 1.0 : -1 }
      #expect(Signs(differences) == sign, "\(above) of \(count)")
      let opposite: Signs =
        switch sign {
        case .above: .below
        case .below: .above
        case .undecided: .undecided
        }
      #expect(Signs(differences.map { -$0 }) == opposite, "\(above) of \(count) below")
    }
  }
}

extension ClaimTests {
  static let guardRows = [
    Row("guard-kills-process", "as here", .holdsWithCondition),
    Row("guard-kills-process", "without a way to recover", .holds) {
      $0.trials["recover-thread-exit"] = nil
    },
    Row("guard-kills-process", "only the thread dies", .doesNotHold) {
      $0.set("thread-recursion") { $0.processDied = false }
    },
    Row("guard-kills-process", "nobody has seen the bystanders beat", .notSettled) {
      $0.set("thread-recursion") { $0.bystandersStopped = nil }
    },
    Row("guard-kills-process", "attempts differ", .notSettled) {
      $0.trials["thread-recursion"]?[1].processDied = false
    },
    Row("death-stops-at-thread-group", "as here", .holds),
    Row("death-stops-at-thread-group", "the sibling dies", .doesNotHold) {
      $0.set("sibling-process") { $0.survived = false }
    },
    Row("death-stops-at-thread-group", "whoever shares the memory dies", .holdsWithCondition) {
      $0.set("shared-memory-process") { $0.survived = false }
    },
    Row("death-stops-at-thread-group", "one trial failed", .notSettled) {
      $0.trials["sibling-process"]?[2].isSound = false
    },
    Row("guard-is-prot-none", "as here", .holdsWithCondition),
    Row("guard-is-prot-none", "nothing else was tried", .holds) {
      for name in ["main-recursion", "coroutine-madvise-guard", "thread-no-guard"] {
        $0.trials[name] = nil
      }
    },
    Row("guard-is-prot-none", "a C library that uses MADV_GUARD_INSTALL", .doesNotHold) {
      $0.set("thread-recursion") { $0.guardKind = .madvise }
    },
    Row("guard-is-prot-none", "attempts differ", .notSettled) {
      $0.trials["thread-recursion"]?[0].guardKind = Guard.Kind.none
    },
    Row("overflow-touches-guard", "as here", .holdsWithCondition),
    Row("overflow-touches-guard", "everything is probed", .holds) {
      $0.set("array-skips-guard") { $0.hasSilentCorruption = false }
    },
    Row("overflow-touches-guard", "recursion misses it", .doesNotHold) {
      $0.set("thread-recursion") { $0.site = .pastGuard }
    },
    Row("overflow-touches-guard", "attempts differ", .notSettled) {
      $0.trials["array-skips-guard"]?[1].hasSilentCorruption = false
    },
  ]

  static let stackRows = [
    Row("stacks-scattered", "as here", .doesNotHold),
    Row("stacks-scattered", "every mapping at random", .holds) {
      $0.layout?.threads = [SyntheticMachine.threads(gap: 1 << 30)]
    },
    Row("stacks-scattered", "some are, some are not", .notSettled) {
      $0.layout?.threads = [
        SyntheticMachine.threads(gap: 1 << 30), SyntheticMachine.threads(gap: 4096),
      ]
    },
    Row("stacks-scattered", "four of five lie together", .doesNotHold) {
      $0.layout?.threads = scattered(1) + together(4)
    },
    Row("stacks-scattered", "three of four lie together", .notSettled) {
      $0.layout?.threads = scattered(1) + together(3)
    },
    Row("stacks-scattered", "one of ten lies together", .holds) {
      $0.layout?.threads = scattered(9) + together(1)
    },
    Row("stacks-scattered", "one of nine lies together", .notSettled) {
      $0.layout?.threads = scattered(8) + together(1)
    },
    Row("main-stack-8-mb", "as here", .holdsWithCondition),
    Row("main-stack-8-mb", "another limit", .doesNotHold) { $0.layout?.stackLimit = 64 << 20 },
    Row("main-stack-8-mb", "growth was not seen", .notSettled) {
      $0.layout?.growth.mapped = [1 << 20, 1 << 20, 3 << 20]
    },
    Row("sandwich-layout", "as here", .holdsWithCondition),
    Row("sandwich-layout", "threads' stacks are elsewhere", .holds) {
      $0.layout?.threads[0].areBetweenHeapAndMainStack = false
    },
    Row("sandwich-layout", "the heap is above", .doesNotHold) {
      $0.layout?.executions[0].heap = Address(0x7fff_ffff_f000)
    },
    Row("sandwich-layout", "nothing was seen", .notSettled) { $0.layout?.executions = [] },
    Row("thread-costs-its-stack", "as here", .doesNotHold),
    Row("thread-costs-its-stack", "half of it is there", .holds) {
      $0.costs?.thread.resident = 4 << 20
    },
    Row("thread-costs-its-stack", "less than half", .notSettled) {
      $0.costs?.thread.resident = (4 << 20) - 1
    },
    Row("thread-costs-its-stack", "a sixteenth", .doesNotHold) {
      $0.costs?.thread.resident = 512 << 10
    },
    Row("thread-costs-its-stack", "more than a sixteenth", .notSettled) {
      $0.costs?.thread.resident = (512 << 10) + 1
    },
    Row("thread-costs-its-stack", "the threads were not there", .notSettled) {
      $0.costs?.thread.addressSpace = 4096
    },
    Row("guard-costs-nothing", "as here", .holdsWithCondition),
    Row("guard-costs-nothing", "a kernel without MADV_GUARD_INSTALL", .doesNotHold) {
      $0.costs?.installed = nil
    },
    Row("guard-costs-nothing", "installed guards split too", .doesNotHold) {
      $0.costs?.installed?.mappings = 1
    },
    Row("guard-costs-nothing", "nothing is split", .holds) { $0.costs?.protected.mappings = 0 },
    Row("guard-costs-nothing", "some are split", .notSettled) {
      $0.costs?.protected.mappings = 255
    },
  ]

  private static func scattered(_ count: Int) -> [LayoutFacts.Threads] {
    Array(repeating: SyntheticMachine.threads(gap: 1 << 30), count: count)
  }

  private static func together(_ count: Int) -> [LayoutFacts.Threads] {
    Array(repeating: SyntheticMachine.threads(gap: 4096), count: count)
  }

  static let switchRows = [
    Row("thread-switch-hundred-cycles", "as here", .doesNotHold),
    Row("thread-switch-hundred-cycles", "a machine that is very fast", .holds) {
      $0.kinds[.threadYield] = SyntheticMachine.kind(.threadYield, 20, switches: 1)
    },
    Row("thread-switch-hundred-cycles", "noise", .notSettled) {
      $0.kinds = [
        .threadYield: SyntheticMachine.kind(.threadYield, 60, noise: 55, switches: 1)
      ]
    },
    Row("thread-switch-hundred-cycles", "not one switch a hop", .notSettled) {
      $0.kinds[.threadYield] = SyntheticMachine.kind(.threadYield, 20, switches: 0.4)
    },
    Row("thread-switch-keeps-page-table", "as here", .holds),
    Row("thread-switch-hundred-cycles", "just below the limit", .holds) {
      $0.kinds[.threadYield] = SyntheticMachine.kind(.threadYield, 49, noise: 0.5, switches: 1)
    },
    Row("thread-switch-hundred-cycles", "around the limit", .notSettled) {
      $0.kinds = [.threadYield: SyntheticMachine.kind(.threadYield, 50, noise: 1, switches: 1)]
    },
    Row("thread-switch-hundred-cycles", "just above the limit", .doesNotHold) {
      $0.kinds = [.threadYield: SyntheticMachine.kind(.threadYield, 51, noise: 0.5, switches: 1)]
    },
    Row("thread-switch-hundred-cycles", "four samples", .notSettled) {
      let kind = SyntheticMachine.kind(.threadYield, 1_100, switches: 1, samples: 4)
      $0.kinds = [.threadYield: kind]
    },
    Row("thread-switch-hundred-cycles", "five samples", .doesNotHold) {
      let kind = SyntheticMachine.kind(.threadYield, 1_100, switches: 1, samples: 5)
      $0.kinds = [.threadYield: kind]
    },
    Row("thread-switch-keeps-page-table", "processes are cheaper", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: -100)
    },
    Row("thread-switch-keeps-page-table", "noise", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 0, noise: 900)
    },
    Row("thread-switch-keeps-page-table", "noise, but the kernel counted", .holds) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 0, noise: 900, counted: .init())
    },
    Row("thread-switch-keeps-page-table", "threads load page tables", .doesNotHold) {
      $0.tlb = SyntheticMachine.tlb(
        step: 7, addressSpace: 120, counted: .init(flushesFrom: 7, threadLoads: 1))
    },
    Row("thread-switch-keeps-page-table", "half of the hops of processes do", .doesNotHold) {
      $0.tlb = SyntheticMachine.tlb(
        step: nil, addressSpace: 120, counted: .init(processLoads: 0.4))
    },
    Row("thread-switch-keeps-page-table", "noise, and the kernel counted neither", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(
        step: nil, addressSpace: 0, noise: 900,
        counted: .init(threadLoads: 0.2, processLoads: 0.8))
    },
    Row("process-switch-flushes-tlb", "quartiles a tenth apart", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 100, noise: 250)
    },
    Row("thread-switch-keeps-page-table", "threads step up, the kernel did not count", .notSettled)
    {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 120, threadStep: 7)
    },
    Row("thread-switch-keeps-page-table", "threads step up, but the kernel counted", .holds) {
      $0.tlb = SyntheticMachine.tlb(
        step: nil, addressSpace: 120, threadStep: 7, counted: .init(flushesFrom: 7))
    },
    Row("process-switch-flushes-tlb", "as here", .holdsWithCondition),
    Row("process-switch-flushes-tlb", "a step where none can be", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(step: 5, addressSpace: 120)
    },
    Row("process-switch-flushes-tlb", "no step, but of a hundred cycles more unseen", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 100, noise: 100)
    },
    Row("process-switch-flushes-tlb", "two rounds", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 100, noise: 5, rounds: 2)
    },
    Row("process-switch-flushes-tlb", "the kernel counted the same", .holdsWithCondition) {
      $0.tlb = SyntheticMachine.tlb(
        step: 7, addressSpace: 120, counted: .init(flushesFrom: 7))
    },
    Row("process-switch-flushes-tlb", "the kernel counted another step", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(
        step: 7, addressSpace: 120, counted: .init(flushesFrom: 9))
    },
    Row("process-switch-flushes-tlb", "the kernel counted no flush", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(step: 7, addressSpace: 120, counted: .init())
    },
    Row("process-switch-flushes-tlb", "noise, but the kernel counted", .holdsWithCondition) {
      $0.tlb = SyntheticMachine.tlb(
        step: nil, addressSpace: 0, noise: 900, counted: .init(flushesFrom: 7))
    },
    Row("process-switch-flushes-tlb", "the kernel counted one a hop", .holds) {
      $0.tlb = SyntheticMachine.tlb(
        step: nil, addressSpace: 600, counted: .init(flushesFrom: 2))
    },
    Row("process-switch-flushes-tlb", "noise, but the kernel counted none", .doesNotHold) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 0, noise: 900, counted: .init())
    },
    Row("process-switch-flushes-tlb", "no PCID", .holds) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 600)
      $0.conditions?.taggedTranslations = false
    },
    Row("process-switch-flushes-tlb", "as many tags as one wants", .doesNotHold) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 100, noise: 5)
    },
    Row("process-switch-flushes-tlb", "noise", .notSettled) {
      $0.tlb = SyntheticMachine.tlb(step: nil, addressSpace: 100, noise: 900)
    },
  ]

  static let coroutineRows = [
    Row("coroutine-switch-two-registers", "as here", .holdsWithCondition),
    Row("coroutine-switch-two-registers", "nothing is gained by inlining", .holds) {
      $0.kinds[.coroutineInline] = SyntheticMachine.kind(.coroutineInline, 1.5)
    },
    Row("coroutine-switch-two-registers", "a switch that makes a syscall", .doesNotHold) {
      $0.kinds[.coroutine] = SyntheticMachine.kind(.coroutine, 160)
    },
    Row("coroutine-switch-two-registers", "more than half of a syscall", .notSettled) {
      $0.kinds[.coroutine] = SyntheticMachine.kind(.coroutine, 60)
    },
    Row("coroutine-switch-two-registers", "less than half of a syscall", .holdsWithCondition) {
      $0.kinds[.coroutine] = SyntheticMachine.kind(.coroutine, 45)
    },
    Row("coroutine-switch-two-registers", "noise", .notSettled) {
      $0.kinds[.coroutine] = SyntheticMachine.kind(.coroutine, 100, noise: 95)
    },
    Row("coroutine-state-on-heap", "as here", .holdsWithCondition),
    Row("coroutine-state-on-heap", "all are stackless", .holds) {
      $0.set("coroutine-recursion") { $0.owner = .thread }
    },
    Row("coroutine-state-on-heap", "async recursion overflows", .doesNotHold) {
      $0.set("async-recursion") { $0.survived = false }
    },
    Row("coroutine-state-on-heap", "attempts differ", .notSettled) {
      $0.trials["async-recursion"]?[0].survived = false
    },
    Row("ten-thousand-threads", "as here", .holds),
    Row("ten-thousand-threads", "threads are cheaper", .doesNotHold) {
      $0.scaleTest = SyntheticMachine.scaleTest(threads: 10_000, coroutines: 40_000)
    },
    Row("ten-thousand-threads", "a third dearer, in many runs", .holds) {
      $0.scaleTest = SyntheticMachine.scaleTest(threads: 13_300, coroutines: 10_000)
    },
    Row("ten-thousand-threads", "a third dearer, in one run", .notSettled) {
      $0.scaleTest = SyntheticMachine.scaleTest(threads: 13_300, coroutines: 10_000, runs: 1)
    },
    Row("ten-thousand-threads", "two thirds dearer, in one run", .holds) {
      $0.scaleTest = SyntheticMachine.scaleTest(threads: 16_600, coroutines: 10_000, runs: 1)
    },
    Row("ten-thousand-threads", "a twentieth dearer, in many runs", .notSettled) {
      $0.scaleTest = SyntheticMachine.scaleTest(threads: 10_800, coroutines: 10_000)
    },
    Row("ten-thousand-threads", "threads are cheaper, in one run", .notSettled) {
      $0.scaleTest = SyntheticMachine.scaleTest(threads: 10_000, coroutines: 40_000, runs: 1)
    },
    Row("ten-thousand-threads", "in one run, far apart", .holds) {
      $0.scaleTest = SyntheticMachine.scaleTest(threads: 31_000, coroutines: 20_000, runs: 1)
    },
    Row("ten-thousand-threads", "in one run, not so far apart", .notSettled) {
      $0.scaleTest = SyntheticMachine.scaleTest(threads: 29_000, coroutines: 20_000, runs: 1)
    },
    Row("ten-thousand-threads", "no difference", .notSettled) {
      $0.scaleTest = SyntheticMachine.scaleTest(threads: 20_000, coroutines: 20_000)
    },
  ]
}

extension ClaimEvidence {
  mutating func set(_ name: String, _ change: (inout TrialFacts) -> Void) {
    for index in trials[name, default: []].indices { change(&trials[name]![index]) }
  }
}
