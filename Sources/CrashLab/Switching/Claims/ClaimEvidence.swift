/// All that the claims are held against: values only.
public struct ClaimEvidence: Sendable {
  /// Trials of the catalogue, by their case's name.
  public var trials: [String: [TrialFacts]] = [:]
  public var layout: LayoutFacts?
  public var rungs: [Rung: RungReport] = [:]
  public var tlb: TLBReport?
  public var conditions: SwitchingConditions?
  public var tenThousand: TenThousand.Report?

  public init() {}

  /// What all trials of a case showed; nil if there is none, or if one was skipped, failed, or
  /// showed something else than the others.
  func agreed<Value: Equatable>(
    _ name: String, _ value: (TrialFacts) -> Value?
  ) -> Value? {
    guard let facts = trials[name], let first = facts.first, facts.allSatisfy(\.isSound),
      facts.allSatisfy({ value($0) == value(first) })
    else { return nil }
    return value(first)
  }

  func count(_ name: String) -> Int { trials[name]?.count ?? 0 }
}

/// What of a trial the claims look at.
public struct TrialFacts: Sendable, Equatable {
  /// It was run and the laboratory's instruments agree.
  public var isSound = true
  /// A signal ended the process with every thread in it.
  public var processDied = false
  public var threadsAtFault: Int?
  public var bystandersStopped: Bool?
  /// The body of the case came to its end.
  public var survived = false
  public var controlProcessAlive = true
  public var site: FaultSite.Kind?
  public var owner: StackRegion.Kind?
  public var code: String?
  public var guardKind: Guard.Kind?
  public var guardSize: Int?
  public var stackSize: Int?
  public var hasSilentCorruption = false
  public var counters: [String: Int] = [:]

  init() {}

  public init(_ report: TrialReport) {
    isSound = report.verdict == .asExpected || report.verdict == .notAsExpected
    processDied = report.death?.processDied ?? false
    threadsAtFault = report.death?.threadsAtFault
    bystandersStopped = report.death?.bystandersStopped
    survived = report.finished && report.termination?.exitStatus == 0
    controlProcessAlive = report.death?.controlProcessAlive == true
    let fault = report.faults.first
    site = fault?.site.kind
    owner = fault?.site.owner?.kind
    code = fault?.code
    guardKind = fault?.site.guard?.kind
    guardSize = fault?.site.guard?.size
    stackSize = fault?.site.stackSize
    hasSilentCorruption = !report.corruption.isEmpty
    for counter in report.counters { counters[counter.name] = counter.value }
  }
}
