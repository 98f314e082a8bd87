internal import CrashLab
package import CrashLabModel

/// All that the claims are held against: values only.
package struct ClaimEvidence: Sendable {
  /// Trials of the catalogue, by their case's name.
  package var trials: [String: [TrialFacts]] = [:]
  package var layout: LayoutFacts?
  package var costs: StackCosts?
  package var kinds: [SwitchKind: SwitchKindReport] = [:]
  package var tlb: TLBReport?
  package var conditions: SwitchingConditions?
  package var scaleTest: ScaleTest.Report?

  init() {}

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
package struct TrialFacts: Sendable, Equatable {
  /// It was run to its end, and the laboratory's instruments agree. What its deadline has ended was
  /// too slow, and says no more.
  package var isSound = true
  /// A signal ended the process with every thread in it.
  package var processDied = false
  package var threadsAtFault: Int?
  package var bystandersStopped: Bool?
  /// The body of the case came to its end.
  package var survived = false
  package var controlProcessAlive = true
  package var site: FaultSite.Kind?
  package var owner: StackKind?
  package var code: String?
  package var guardKind: Guard.Kind?
  package var guardSize: Int?
  package var stackSize: Int?
  package var hasSilentCorruption = false
  package var counters: [String: Int] = [:]

  init() {}

  package init(_ result: TrialResult) {
    isSound =
      (result.verdict == .asExpected || result.verdict == .notAsExpected)
      && result.termination?.kind != .deadline
    processDied = result.death?.processDied ?? false
    threadsAtFault = result.death?.threadsAtFault
    bystandersStopped = result.death?.bystandersStopped
    survived = result.finished && result.termination?.exitStatus == 0
    controlProcessAlive = result.death?.controlProcessAlive == true
    let fault = result.faults.first
    site = fault?.site.kind
    owner = fault?.site.owner?.kind
    code = fault?.code.description
    guardKind = fault?.site.guard?.kind
    guardSize = fault?.site.guard?.size
    stackSize = fault?.site.stackSize
    hasSilentCorruption = !result.corruption.isEmpty
    counters = result.counters
  }
}
