import Testing

@testable import CrashLab
@testable import CrashLabBench

/// The sweep's rules, on rings that were made up.
@Suite struct TLBRuleTests {
  /// - Parameter step: the ring at which processes become dearer; nil for none.
  static func rings(
    step: Int?, height: Double = 380, threadSlope: Double = 2, noise: Double = 30,
    seed: UInt64 = 5
  ) -> [TLBReport.RingPair] {
    var generator = SplitMix64(seed: seed)
    func sample(_ level: Double) -> Sample {
      Sample(
        nanoseconds: level + Double.random(in: -noise...noise, using: &generator), switches: 1)
    }
    return (2...12).map { members in
      // Under SCHED_BATCH a ring of two is cheaper, for reasons of the scheduler's.
      let thread = (members == 2 ? 1650.0 : 2200.0) + threadSlope * Double(members)
      let process = thread + 140 + (step.map { members >= $0 } ?? false ? height : 0)
      return TLBReport.RingPair(
        members: members, thread: (0..<9).map { _ in sample(thread) },
        process: (0..<9).map { _ in sample(process) })
    }
  }

  @Test(arguments: [5, 7, 9]) func processesStepWhereTheyDo(step: Int) {
    let rings = TLBRuleTests.rings(step: step)
    #expect(TLBRule.processStep(of: rings)?.members == step)
    #expect(TLBRule.threadStep(of: rings) == nil, "the rise from two to three is no step")
  }

  /// However sure it is, a step of less than a fiftieth of a hop is none.
  @Test(arguments: [(25.0, false), (100.0, true)]) func smallStepsAreNone(
    height: Double, isStep: Bool
  ) {
    let rings = TLBRuleTests.rings(step: 7, height: height, threadSlope: 0, noise: 1)
    #expect((TLBRule.processStep(of: rings) != nil) == isStep)
  }

  @Test func noStepWhereThereIsNone() {
    #expect(TLBRule.processStep(of: TLBRuleTests.rings(step: nil)) == nil)
  }

  /// The power of the rule, by the rule: what is added by hand and seen is no more than a little
  /// above the noise, and what is below it is not seen.
  @Test(arguments: [(5.0, 40.0, 90.0), (100, 60, 300), (900, 500, 3000)])
  func smallestStepThatCouldBeSeen(noise: Double, low: Double, high: Double) throws {
    let rings = TLBRuleTests.rings(step: nil, noise: noise)
    let visible = try #require(TLBRule.smallestVisibleStep(in: [rings], at: 7))
    #expect((low...high).contains(visible), "\(visible)")
    #expect(TLBRule.smallestVisibleStep(in: [rings, []], at: 7) == visible)
    #expect(TLBRule.smallestVisibleStep(in: [rings, [], []], at: 7) == nil)
  }

  @Test func tooFewRoundsCouldSeeNothing() {
    let rings = TLBRuleTests.rings(step: nil).map {
      TLBReport.RingPair(
        members: $0.members, thread: [Sample(nanoseconds: $0.thread)],
        process: [Sample(nanoseconds: $0.process)])
    }
    #expect(TLBRule.smallestVisibleStep(in: [rings], at: 7) == nil)
  }

  @Test func workingSetsMustAgree() {
    func step(_ members: Int) -> TLBReport.Step {
      .init(members: members, height: 1, confidence: 0.99)
    }
    #expect(TLBRule.agreement([step(7), step(7)]) == (7, 0.99))
    #expect(TLBRule.agreement([step(7), nil]) == (7, 0.99))
    #expect(TLBRule.agreement([step(7), nil, nil]).members == nil)
    #expect(TLBRule.agreement([step(7), nil, nil, step(7)]).members == 7)
    #expect(TLBRule.agreement([step(7), step(9)]).members == nil)
    #expect(TLBRule.agreement([nil, nil]).members == nil)
  }

  @Test func costsAreTakenApart() throws {
    let bare = TLBReport.Curve(pages: 0, rings: TLBRuleTests.rings(step: 7, noise: 1))
    let costs = try #require(TLBRule.costs([bare], step: 7))
    #expect(abs(costs.addressSpace - 140) < 5)
    #expect(abs(try #require(costs.flush) - 380) < 5)
    #expect(costs.refillPerPage == nil)
  }

  /// - Parameters: flushes a hop of processes in rings of 2 and up; the step that they show, and the
  ///   most below it.
  @Test(
    arguments: [
      ([0, 0.01, 0, 0.02, 0.01, 1, 1, 1], 7, 0.02), ([1, 1, 1, 1], 2, 0), ([0, 0, 0.3], nil, 0.3),
      ([0, 1, 0, 1, 1], 5, 1), ([0, 1, 0], nil, 1),
    ] as [([Double], Int?, Double)])
  func countedFlushesShowAStep(flushes: [Double], step: Int?, below: Double) throws {
    func sample(loads: Double, flushes: Double) -> Sample {
      var sample = Sample(nanoseconds: 1)
      sample.pageTableLoads = loads
      sample.flushes = flushes
      return sample
    }
    let rings = flushes.enumerated().map { index, flushes in
      TLBReport.RingPair(
        members: index + 2, thread: [], process: [],
        counted: (sample(loads: 0.01, flushes: 0), sample(loads: 1, flushes: flushes)))
    }
    let counted = try #require(TLBRule.counted(rings))
    #expect(counted.step == step && counted.flushesBelow == below)
    #expect(counted.threadLoads == 0.01 && counted.processLoads == 1)
  }

  @Test func whatWasNotCountedInEveryRingIsNotKnown() {
    #expect(TLBRule.counted(TLBRuleTests.rings(step: 7)) == nil)
    #expect(TLBRule.counted([]) == nil)
  }

  @Test func everyStateButOneSaysWhy() {
    for state in FlushEvent.State.allCases {
      #expect((state.shortfall == nil) == (state == .countable))
    }
  }
}
