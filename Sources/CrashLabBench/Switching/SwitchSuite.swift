internal import CrashLab
internal import CrashLabModel

/// The cost of every kind, measured in turn.
package struct SwitchSuite: Sendable {
  package var kinds: [SwitchKind] = SwitchKind.allCases
  package var rounds: Int
  /// So many times the usual number of operations a sample.
  package var scale: Double

  package init(rounds: Int, scale: Double = 1) {
    self.rounds = rounds
    self.scale = scale
  }

  /// About what one sample takes, its process included.
  var millisecondsASample: Double { 2 + 3 * scale }

  package var plannedMilliseconds: Double {
    Double(kinds.count * rounds) * millisecondsASample
  }

  package struct Result: Sendable {
    package var kinds: [SwitchKindReport]
    /// Peers that are not installed here.
    package var absent: [String]
    /// Those of which a sample was not done by its deadline: the core had other work.
    package var starved: [SwitchKind]
  }

  /// - `placement`: unpinned, the figures are those of a scheduler's choice, not a cost.
  package func measure(in placement: Placement, session: MeasurementSession) throws -> Result {
    var samples: [SwitchKind: [Sample]] = [:]
    var absent: Set<SwitchKind> = []
    var starved: Set<SwitchKind> = []
    try session.interleave(arms: kinds.count, rounds: rounds, milliseconds: millisecondsASample) {
      let kind = kinds[$0]
      if absent.contains(kind) || starved.contains(kind) { return }
      do throws(SystemError) {
        if let sample = try kind.sample(
          in: placement, scale: scale, deadline: session.sampleDeadline)
        {
          samples[kind, default: []].append(sample)
        } else {
          absent.insert(kind)
        }
      } catch {
        guard error.isTimeout else { throw error }
        starved.insert(kind)
      }
    }
    // What did not come to its end every time is dearer than the samples that did.
    let reports = kinds.filter { !starved.contains($0) }.compactMap { kind in
      samples[kind].map {
        SwitchKindReport(
          kind, samples: $0, baseline: kind.withoutSwitch.flatMap { samples[$0] },
          coroutine: samples[.coroutine])
      }
    }
    return Result(
      kinds: reports, absent: absent.map(\.rawValue).sorted(),
      starved: kinds.filter(starved.contains))
  }
}
