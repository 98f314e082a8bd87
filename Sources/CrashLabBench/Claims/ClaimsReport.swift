internal import CrashLab
package import CrashLabModel
package import CrashLabText

/// Every claim with what this machine says to it. Schema 1.
package struct ClaimsReport: Sendable, Codable {
  package var schemaVersion = RunReport.schemaVersion
  package var machine: Machine
  package var conditions: SwitchingConditions
  /// A signal ended it before its time: what was not measured is not settled.
  package var interrupted: Bool
  package var claims: [Judged]
  /// The figures that `crashlab switch` would have shown; null where they were not measured.
  @Nullable package var switching: SwitchReport?
  /// Processes with more and more threads, as they lay in memory; empty where not looked at.
  package var layouts: [LayoutReport]

  package struct Judged: Sendable, Codable, Equatable {
    package var id: String
    package var sentence: String
    package var verdict: Claim.Verdict
    package var evidence: String
    package var `repeat`: String
    package var why: String
    package var elsewhere: String
  }

  package init(
    machine: Machine, conditions: SwitchingConditions, interrupted: Bool, evidence: ClaimEvidence,
    switching: SwitchReport? = nil, layouts: [LayoutReport] = []
  ) {
    self.layouts = layouts
    self.switching = switching
    self.machine = machine
    self.conditions = conditions
    self.interrupted = interrupted
    claims = Claim.all.map { claim in
      let finding = claim.judge(evidence)
      return Judged(
        id: claim.id, sentence: claim.sentence, verdict: finding.verdict,
        evidence: finding.evidence, repeat: claim.repeat, why: claim.why,
        elsewhere: claim.elsewhere)
    }
  }

  package func json() throws -> String { try JSON.text(of: self) + "\n" }

  package func text(theme: Theme, width: Int) -> String {
    let header = "\(machine.cpu), \(machine.kernel), \(machine.libc); \(conditions.inWords)\n"
    let note = interrupted ? theme.warning("interrupted: what is missing is not settled\n") : ""
    return header + note + claims.map { "\n" + text(of: $0, theme, width) }.joined()
  }

  private func text(of claim: Judged, _ theme: Theme, _ width: Int) -> String {
    let verdict = claim.verdict.inWords
    let painted =
      switch claim.verdict {
      case .holds: theme.good(verdict)
      case .holdsWithCondition: theme.warning(verdict)
      case .doesNotHold: theme.bad(verdict)
      case .notSettled: theme.faint(verdict)
      }
    let lines = [
      ("here", claim.evidence), ("why", claim.why), ("elsewhere", claim.elsewhere),
      ("again", claim.repeat),
    ]
    return theme.heading(claim.sentence) + "\n  \(painted)  " + theme.faint(claim.id) + "\n"
      + lines.map { name, text in
        let indent = String(repeating: " ", count: 13)
        let body = wrapped(text, to: max(40, width - 14))
          .split(separator: "\n").joined(separator: "\n\(indent)")
        return "  \(name.padding(to: 11))\(body)\n"
      }.joined()
  }
}
