internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel

/// A token passed round rings of K threads and of K processes, K after K, each touching so many
/// pages of its own a turn: what an address space costs, without a performance counter.
package struct TLBSweep: Sendable {
  package var members: ClosedRange<Int> = 2...12
  /// Of its own, that a member touches at its turn.
  package var pages: [Int]
  package var rounds: Int
  /// Of the token, a sample.
  package var hops: Int

  package init(pages: [Int], rounds: Int, hops: Int) {
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

  /// A round more, in which the kernel counts.
  package var plannedMilliseconds: Double {
    Double(arms.count * (rounds + 1)) * millisecondsASample
  }

  package func measure(
    in placement: Placement, conditions: SwitchingConditions, session: MeasurementSession
  ) throws -> TLBReport {
    let arms = arms
    var samples: [Arm: [Sample]] = [:]
    var starved: Set<Arm> = []
    // A ring that did not come to its end every time is left out.
    func take(_ arm: Arm, counting event: UInt32? = nil) throws -> Sample? {
      if starved.contains(arm) { return nil }
      do throws(SystemError) {
        return try sample(arm, in: placement, deadline: session.sampleDeadline, counting: event)
      } catch {
        guard error.isTimeout else { throw error }
        starved.insert(arm)
        samples[arm] = nil
        return nil
      }
    }
    try session.interleave(arms: arms.count, rounds: rounds, milliseconds: millisecondsASample) {
      if let sample = try take(arms[$0]) { samples[arms[$0], default: []].append(sample) }
    }
    var counts: [Arm: Sample] = [:]
    let event = FlushEvent.find()
    try session.interleave(
      arms: event.number == nil ? 0 : arms.count, rounds: 1, milliseconds: millisecondsASample
    ) {
      counts[arms[$0]] = try take(arms[$0], counting: event.number)
    }
    let curves = pages.map { pages in
      TLBReport.Curve(
        pages: pages,
        rings: members.compactMap { members in
          let threads = Arm(pages: pages, members: members, isProcess: false)
          let processes = Arm(pages: pages, members: members, isProcess: true)
          guard let thread = samples[threads], let process = samples[processes] else {
            return nil
          }
          var counted: (Sample, Sample)?
          if let thread = counts[threads], let process = counts[processes] {
            counted = (thread, process)
          }
          return TLBReport.RingPair(
            members: members, thread: thread, process: process, counted: counted)
        })
    }
    return TLBReport(curves: curves, conditions: conditions)
  }

  private func sample(
    _ arm: Arm, in placement: Placement, deadline: Double, counting event: UInt32? = nil
  ) throws(SystemError) -> Sample {
    let ring = Ring(
      members: arm.members, member: arm.isProcess ? CLAB_MEMBER_PROCESS : CLAB_MEMBER_THREAD,
      pages: arm.pages, flushEvent: event)
    return try Sample.take("a ring of \(arm.members)", in: placement, deadline: deadline) {
      ring.measure($0, UInt64(hops), $1)
    }
  }
}
