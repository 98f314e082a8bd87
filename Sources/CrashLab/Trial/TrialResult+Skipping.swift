internal import CrashLabModel

extension TrialResult {
  /// Of a case that this machine can't run.
  init(skipped planned: PlannedTrial, _ reason: SkipReason) {
    self.init(case: planned.case.name, attempt: planned.attempt)
    judgement = .skipped(reason)
  }
}
