internal import CrashLab

/// What a page keeps of a case: every attempt counted, few told whole.
struct CaseRecord {
  /// A run of a million attempts makes no larger page than one of ten.
  static let mostTold = 5
  private static let mostDistances = 4096

  var name: String
  /// The first attempt, and those after it that are not as expected.
  private(set) var told: [TrialReport] = []
  private(set) var summary = RunReport.Summary()
  private(set) var overshoots: [Int: Int] = [:]

  init(_ name: String) { self.name = name }

  mutating func add(_ trial: TrialReport) {
    summary.add(trial.verdict)
    let isTold =
      told.isEmpty || trial.verdict == .notAsExpected || trial.verdict == .laboratoryError
    if isTold && told.count < CaseRecord.mostTold { told.append(trial) }
    guard let overshoot = trial.faults.first?.site.overshoot else { return }
    if overshoots[overshoot] != nil || overshoots.count < CaseRecord.mostDistances {
      overshoots[overshoot, default: 0] += 1
    }
  }

  /// The worst of all attempts: what the overview shows.
  var verdict: TrialReport.Verdict? {
    if summary.laboratoryErrors > 0 { return .laboratoryError }
    if summary.notAsExpected > 0 { return .notAsExpected }
    if summary.asExpected > 0 { return .asExpected }
    return summary.skipped > 0 ? .skipped : nil
  }

  var attempts: Int { max(summary.total, told.count) }
}
