internal import CrashLab
internal import CrashLabModel

/// The cost of every rung, measured in turn.
package struct RungLadder: Sendable {
  package var rungs: [Rung] = Rung.allCases
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
    Double(rungs.count * rounds) * millisecondsASample
  }

  package struct Result: Sendable {
    package var rungs: [RungReport]
    /// Peers that are not installed here.
    package var absent: [String]
  }

  /// - `placement`: unpinned, the figures are those of a scheduler's choice, not a cost.
  package func measure(in placement: Placement, sitting: Sitting) throws -> Result {
    var samples: [Rung: [Sample]] = [:]
    var absent: Set<Rung> = []
    try sitting.interleave(arms: rungs.count, rounds: rounds, milliseconds: millisecondsASample) {
      let rung = rungs[$0]
      if absent.contains(rung) { return }
      if let sample = try rung.sample(in: placement, scale: scale) {
        samples[rung, default: []].append(sample)
      } else {
        absent.insert(rung)
      }
    }
    let reports = rungs.compactMap { rung in
      samples[rung].map {
        RungReport(
          rung, samples: $0, baseline: rung.withoutSwitch.flatMap { samples[$0] },
          coroutine: samples[.coroutine])
      }
    }
    return Result(rungs: reports, absent: absent.map(\.rawValue).sorted())
  }
}
