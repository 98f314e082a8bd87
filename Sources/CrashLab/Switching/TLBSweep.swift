internal import CHarness

/// A token passed round rings of K threads and of K processes, K after K, each touching so many
/// pages of its own a turn: what an address space costs, without a performance counter.
public struct TLBSweep: Sendable {
  public var members: ClosedRange<Int> = 2...12
  /// Of its own, that a member touches at its turn.
  public var pages: [Int]
  public var rounds: Int
  /// Of the token, a sample.
  public var hops: Int

  public init(pages: [Int], rounds: Int, hops: Int) {
    self.pages = pages
    self.rounds = rounds
    self.hops = hops
  }

  private struct Arm: Hashable {
    var pages: Int
    var members: Int
    var isProcess: Bool
  }

  private var arms: [Arm] {
    pages.flatMap { pages in
      members.flatMap { members in
        [false, true].map { Arm(pages: pages, members: members, isProcess: $0) }
      }
    }
  }

  var millisecondsASample: Double { 4 + Double(hops) * 0.0035 }

  public var plannedMilliseconds: Double {
    Double(arms.count * rounds) * millisecondsASample
  }

  public func measure(
    in placement: Placement, conditions: SwitchingConditions, sitting: Sitting
  ) throws -> TLBReport {
    let arms = arms
    var samples: [Arm: [Sample]] = [:]
    try sitting.interleave(arms: arms.count, rounds: rounds, milliseconds: millisecondsASample) {
      let arm = arms[$0]
      let ring = Ring(
        members: arm.members, member: arm.isProcess ? CLAB_MEMBER_PROCESS : CLAB_MEMBER_THREAD,
        pages: arm.pages)
      let what = "a ring of \(arm.members)"
      samples[arm, default: []].append(
        try Sample.take(what, in: placement) { ring.measure($0, UInt64(hops), $1) })
    }
    let curves = pages.map { pages in
      TLBReport.Curve(
        pages: pages,
        rings: members.compactMap { members in
          guard let thread = samples[Arm(pages: pages, members: members, isProcess: false)],
            let process = samples[Arm(pages: pages, members: members, isProcess: true)]
          else { return nil }
          return TLBReport.RingPair(members: members, thread: thread, process: process)
        })
    }
    return TLBReport(curves: curves, conditions: conditions)
  }
}
