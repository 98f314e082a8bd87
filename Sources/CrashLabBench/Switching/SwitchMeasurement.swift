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
  }

  package var placement: Placement
  package var ladder: RungLadder
  /// Threads and processes that the scheduler may put on any core.
  package var unpinnedLadder: RungLadder
  package var sweep: TLBSweep
  package var tenThousand: TenThousand

  package init(_ thoroughness: Thoroughness, placement: Placement) {
    self.placement = placement
    switch thoroughness {
    case .quick:
      ladder = RungLadder(rounds: 11)
      sweep = TLBSweep(pages: [0, 256], rounds: 9, hops: 600)
      sweep.members = 2...10
      tenThousand = TenThousand(
        processes: 200, echo: EchoLoad(connections: 10_000, requests: 10_000, rounds: 1))
    case .usual:
      ladder = RungLadder(rounds: 21, scale: 2)
      sweep = TLBSweep(pages: [0, 256, 1024], rounds: 11, hops: 1000)
      tenThousand = TenThousand(
        echo: EchoLoad(connections: 10_000, requests: 20_000, rounds: 9))
    case .full:
      ladder = RungLadder(rounds: 51, scale: 4)
      sweep = TLBSweep(pages: [0, 16, 64, 128, 256, 512, 1024], rounds: 21, hops: 4000)
      tenThousand = TenThousand(
        echo: EchoLoad(connections: 10_000, requests: 50_000, rounds: 15))
    }
    unpinnedLadder = RungLadder(rounds: ladder.rounds, scale: ladder.scale)
    unpinnedLadder.rungs = [.threadFutex, .processFutex]
  }

  package var plannedMilliseconds: Double {
    ladder.plannedMilliseconds + unpinnedLadder.plannedMilliseconds
      + sweep.plannedMilliseconds + tenThousand.plannedMilliseconds
  }

  /// - Returns: what was measured; after a signal, what had been until then.
  package func run(sitting: Sitting) throws -> SwitchReport {
    var report = try runLadder(sitting: sitting)
    report.unpinned =
      try unpinnedLadder.measure(in: placement.unpinned, sitting: sitting).rungs
    report.tlb = try sweep.measure(
      in: placement, conditions: report.conditions, sitting: sitting)
    report.tenThousand = try tenThousand.measure(core: placement.core, sitting: sitting)
    report.interrupted = sitting.interrupted != nil
    return report
  }

  /// The rungs alone.
  func runLadder(sitting: Sitting) throws -> SwitchReport {
    let result = try ladder.measure(in: placement, sitting: sitting)
    return SwitchReport(
      machine: .current(), conditions: .current(core: placement.core), placement: placement,
      interrupted: sitting.interrupted != nil, rungs: result.rungs, unpinned: [],
      absent: result.absent)
  }
}
