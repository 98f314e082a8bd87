/// Crashes with one signature, of however many runs.
package struct CrashGroup: Sendable, Equatable {
  package var signature: String
  /// The runs, in their order.
  package var runs: [String]
  /// Of the last one.
  package var command: [String]
  /// Of the last one.
  package var summary: String
}

extension CrashGroup {
  /// The crashes by signature; those that came last, last. What has no signature is in no group. Pure.
  ///
  /// - Parameter crashes: with the names of their runs, in their order.
  package static func all(in crashes: [(run: String, trial: TrialReport)]) -> [CrashGroup] {
    var groups: [String: CrashGroup] = [:]
    for (run, trial) in crashes {
      guard let signature = trial.signature, trial.case == nil else { continue }
      let runs = (groups[signature]?.runs ?? []) + [run]
      groups[signature] = CrashGroup(
        signature: signature, runs: runs, command: trial.command ?? [], summary: trial.summary)
    }
    return groups.values.sorted {
      ($0.runs.last ?? "", $0.signature) < ($1.runs.last ?? "", $1.signature)
    }
  }
}
