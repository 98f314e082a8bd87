/// The cost of every rung, measured in turn.
public struct RungLadder: Sendable {
  public var rungs: [Rung] = Rung.allCases
  public var rounds: Int
  /// So many times the usual number of operations a sample.
  public var scale: Double

  public init(rounds: Int, scale: Double = 1) {
    self.rounds = rounds
    self.scale = scale
  }

  /// About what one sample takes, its process included.
  var millisecondsASample: Double { 2 + 3 * scale }

  public var plannedMilliseconds: Double {
    Double(rungs.count * rounds) * millisecondsASample
  }

  public struct Result: Sendable {
    public var rungs: [RungReport]
    /// Peers that are not installed here.
    public var absent: [String]
  }

  /// - `placement`: unpinned, the figures are those of a scheduler's choice, not a cost.
  public func measure(in placement: Placement, sitting: Sitting) throws -> Result {
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
