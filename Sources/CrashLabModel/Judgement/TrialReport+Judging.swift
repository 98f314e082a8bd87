extension TrialReport {
  /// The same trial with the verdict of this expectation.
  public func judged(by expectation: Expectation) -> TrialReport {
    let judgement = Judgement.judge(expectation, seen: Observation(self))
    var report = self
    report.verdict = judgement.verdict
    report.reason = judgement.reason
    report.mismatches = judgement.mismatches
    return report
  }
}
