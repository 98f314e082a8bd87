internal import CrashLab
package import CrashLabModel

/// What switches cost on this machine. Schema 1.
package struct SwitchReport: Sendable, Codable {
  package var schemaVersion = RunReport.schemaVersion
  package var machine: Machine
  package var conditions: SwitchingConditions
  package var placement: Placement
  /// A signal ended it before its time; what was measured until then is here.
  package var interrupted = false
  package var kinds: [SwitchKindReport]
  /// Switches that the scheduler may put on any core: a distribution, not a cost.
  package var unpinned: [SwitchKindReport]
  /// Null where only the kinds were measured.
  @Nullable package var tlb: TLBReport?
  /// The same.
  @Nullable package var scaleTest: ScaleTest.Report?
  /// Peers that are not installed here.
  package var absent: [String]
  /// Kinds of which a sample was not done by its deadline, as the core had other work. They have no
  /// figures.
  package var starved: [SwitchKind]

  private enum CodingKeys: String, CodingKey {
    case schemaVersion, machine, conditions, placement, interrupted, unpinned, tlb, absent, starved
    case kinds = "rungs"
    case scaleTest = "tenThousand"
  }

  package func json() throws -> String { try JSON.text(of: self) + "\n" }
}
