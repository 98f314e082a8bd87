import CHarness
import Testing

@testable import CrashLab

/// What a trial's time is counted by, and what the control process's beats say.
@Suite struct TrialTests {
  private static func clock() -> TrialClock {
    TrialClock(forkedAt: 1000, patience: (toArm: 100, afterwards: 30))
  }

  @Test func aChildHasItsTimeToArm() {
    var clock = Self.clock()
    #expect(clock.deadline(faultsAreMissing: false) == 1100)
    clock.sawArming(at: 0, now: 1050)
    #expect(clock.deadline(faultsAreMissing: false) == 1100)
  }

  @Test func aCasesOwnTimeBeginsWhenItIsArmed() {
    var clock = Self.clock()
    clock.sawArming(at: 1040, now: 1050)
    #expect(clock.deadline(faultsAreMissing: false) == 1070)
    // On its way to its faults it has the longer time.
    #expect(clock.deadline(faultsAreMissing: true) == 1140)
    clock.released(at: 1200)
    #expect(clock.deadline(faultsAreMissing: false) == 1230)
    #expect(clock.deadline(faultsAreMissing: true) == 1300)
  }

  /// The board is the child's as well: it may write any time to it, and again and again.
  @Test func noTimeToComeIsBelieved() {
    var clock = Self.clock()
    clock.sawArming(at: .max, now: 1050)
    #expect(clock.deadline(faultsAreMissing: false) == 1080)
    clock.sawArming(at: 1500, now: 1600)
    #expect(clock.deadline(faultsAreMissing: false) == 1080)
  }

  @Test func whatTheLaboratoryNeedsIsGivenBack() {
    var clock = Self.clock()
    clock.postpone(by: 7)
    #expect(clock.deadline(faultsAreMissing: false) == 1107)
    clock.sawArming(at: 1040, now: 1050)
    clock.postpone(by: 5)
    #expect(clock.deadline(faultsAreMissing: false) == 1082)
  }

  /// A child that gets no processor has its time once more, but not for ever; one that works, or
  /// sleeps, has not.
  @Test func aStarvedChildIsGivenTime() {
    var clock = Self.clock()
    clock.sawArming(at: 1040, now: 1050)
    let sleeps = clock.extendDeadline(isRunnable: false, processorTime: 0)
    let works = clock.extendDeadline(isRunnable: true, processorTime: 15)
    #expect(!sleeps && !works)
    #expect(clock.deadline(faultsAreMissing: false) == 1070)
    let starves = clock.extendDeadline(isRunnable: true, processorTime: 14)
    #expect(starves)
    #expect(clock.deadline(faultsAreMissing: false) == 1100)
    var more = 0
    for _ in 0..<100 where clock.extend(isRunnable: true) { more += 1 }
    #expect(more == 19)
    let again = clock.extendDeadline(isRunnable: true, processorTime: 0)
    #expect(!again)
  }

  /// A control process that is frozen is neither stopped nor ended: only its beat tells.
  @Test func onlyABeatIsALife() {
    #expect(ControlProcess.isBeating(from: [5], to: [6]))
    #expect(!ControlProcess.isBeating(from: [5], to: [5]))
    #expect(!ControlProcess.isBeating(from: [5], to: [4]))
    #expect(!ControlProcess.isBeating(from: [5], to: []))
    #expect(!ControlProcess.isBeating(from: [], to: []))
  }
}
