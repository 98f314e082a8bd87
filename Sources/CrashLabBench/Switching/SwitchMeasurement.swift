internal import CrashLab
internal import CrashLabModel

/// Everything that `crashlab switch` measures, and how thoroughly.
package struct SwitchMeasurement: Sendable {
  /// How much time there is.
  package enum Thoroughness: String, Sendable, Codable, CaseIterable {
    /// Under ten seconds.
    case quick
    /// Under a minute.
    case usual
    /// Under five minutes.
    case full

    /// What is promised, less the end that is not measured.
    package var seconds: Double {
      switch self {
      case .quick: 9
      case .usual: 57
      case .full: 295
      }
    }
  }

  package var thoroughness: Thoroughness
  package var placement: Placement
  package var suite: SwitchSuite
  /// Threads and processes that the scheduler may put on any core.
  package var unpinnedSuite: SwitchSuite
  package var sweep: TLBSweep
  package var scaleTest: ScaleTest

  package init(_ thoroughness: Thoroughness, placement: Placement) {
    self.thoroughness = thoroughness
    self.placement = placement
    switch thoroughness {
    case .quick:
      suite = SwitchSuite(rounds: 11)
      sweep = TLBSweep(pages: [0, 256], rounds: 9, hops: 600)
      sweep.members = 2...10
      scaleTest = ScaleTest(
        processes: 200, echo: EchoLoad(connections: 10_000, requests: 10_000, rounds: 1))
    case .usual:
      suite = SwitchSuite(rounds: 21, scale: 2)
      sweep = TLBSweep(pages: [0, 256, 1024], rounds: 11, hops: 1000)
      scaleTest = ScaleTest(
        echo: EchoLoad(connections: 10_000, requests: 20_000, rounds: 9))
    case .full:
      suite = SwitchSuite(rounds: 51, scale: 4)
      sweep = TLBSweep(pages: [0, 16, 64, 128, 256, 512, 1024], rounds: 21, hops: 4000)
      scaleTest = ScaleTest(
        echo: EchoLoad(connections: 10_000, requests: 50_000, rounds: 15))
    }
    unpinnedSuite = SwitchSuite(rounds: suite.rounds, scale: suite.scale)
    unpinnedSuite.kinds = [.threadFutex, .processFutex]
  }

  package var plannedMilliseconds: Double {
    suite.plannedMilliseconds + unpinnedSuite.plannedMilliseconds
      + sweep.plannedMilliseconds + scaleTest.plannedMilliseconds
  }

  /// - Returns: what was measured; after a signal, what had been until then.
  package func run(session: MeasurementSession) throws -> SwitchReport {
    var left = plannedMilliseconds
    func allot(_ milliseconds: Double) {
      session.allot(milliseconds, of: left)
      left -= milliseconds
    }
    allot(suite.plannedMilliseconds)
    var report = try runSuite(session: session)
    allot(unpinnedSuite.plannedMilliseconds)
    report.unpinned = try unpinnedSuite.measure(in: placement.unpinned, session: session).kinds
    allot(sweep.plannedMilliseconds)
    report.tlb = try sweep.measure(
      in: placement, conditions: report.conditions, session: session)
    allot(scaleTest.plannedMilliseconds)
    report.scaleTest = try scaleTest.measure(core: placement.core, session: session)
    report.interrupted = session.interrupted != nil
    return report
  }

  /// The kinds alone.
  func runSuite(session: MeasurementSession) throws -> SwitchReport {
    let result = try suite.measure(in: placement, session: session)
    return SwitchReport(
      machine: .current(), conditions: .current(core: placement.core), placement: placement,
      interrupted: session.interrupted != nil, kinds: result.kinds, unpinned: [],
      absent: result.absent, starved: result.starved)
  }
}
