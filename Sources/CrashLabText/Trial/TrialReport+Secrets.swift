package import CrashLabModel

extension TrialReport {
  /// The same report as if what may be secret had not been seen. Its signature is that of what is
  /// left, too: it would be a hash of what was said.
  package var withoutSecrets: TrialReport {
    var report = TrialReport(TrialResult(self).withoutSecrets)
    report.verdict = verdict
    report.reason = reason
    report.mismatches = mismatches
    report.redacted = true
    return report
  }
}
