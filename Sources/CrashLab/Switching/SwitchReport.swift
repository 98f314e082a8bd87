/// What switches cost on this machine. Schema 1.
public struct SwitchReport: Sendable, Codable {
  public var schemaVersion = RunReport.schemaVersion
  public var machine: Machine
  public var conditions: SwitchingConditions
  public var placement: Placement
  /// A signal ended it before its time; what was measured until then is here.
  public var interrupted = false
  public var rungs: [RungReport]
  /// Switches that the scheduler may put on any core: a distribution, not a cost.
  public var unpinned: [RungReport]
  /// Null where only the rungs were measured.
  @Nullable public var tlb: TLBReport?
  /// The same.
  @Nullable public var tenThousand: TenThousand.Report?
  /// Peers that are not installed here.
  public var absent: [String]

  public func json() throws -> String { try JSON.text(of: self) + "\n" }
}
