/// Every claim with what this machine says to it. Schema 1.
public struct ClaimsReport: Sendable, Codable {
  public var schemaVersion = RunReport.schemaVersion
  public var machine: Machine
  public var conditions: SwitchingConditions
  /// A signal ended it before its time: what was not measured is not settled.
  public var interrupted: Bool
  public var claims: [Judged]
  /// The figures that `crashlab switch` would have shown; null where they were not measured.
  @Nullable public var switching: SwitchReport?
  /// Processes with more and more threads, as they lay in memory; empty where not looked at.
  public var layouts: [LayoutReport]

  public struct Judged: Sendable, Codable, Equatable {
    public var id: String
    public var sentence: String
    public var verdict: Claim.Verdict
    public var evidence: String
    public var `repeat`: String
    public var why: String
    public var elsewhere: String
  }

  public init(
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

  public func json() throws -> String { try JSON.text(of: self) + "\n" }

  public func text(theme: Theme, width: Int) -> String {
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
