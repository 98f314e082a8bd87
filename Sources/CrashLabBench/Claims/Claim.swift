internal import CrashLab
internal import CrashLabModel

/// A sentence that textbooks say of stacks, guards and switches, and how it is held against what
/// this machine showed.
package struct Claim: Sendable {
  package enum Verdict: String, Sendable, Codable, CaseIterable {
    case holds
    case holdsWithCondition = "holds-with-condition"
    case doesNotHold = "does-not-hold"
    /// The evidence is missing, contradicts itself or is too noisy.
    case notSettled = "not-settled"

    package var inWords: String {
      switch self {
      case .holds: "holds"
      case .holdsWithCondition: "holds with a condition"
      case .doesNotHold: "does not hold"
      case .notSettled: "not settled on this machine"
      }
    }
  }

  /// What a rule makes of the evidence.
  package struct Finding: Sendable, Equatable {
    package var verdict: Verdict
    /// What was measured, in one line.
    package var evidence: String

    static func holds(_ evidence: String) -> Finding { .init(verdict: .holds, evidence: evidence) }

    static func onCondition(_ evidence: String) -> Finding {
      .init(verdict: .holdsWithCondition, evidence: evidence)
    }

    static func fails(_ evidence: String) -> Finding {
      .init(verdict: .doesNotHold, evidence: evidence)
    }

    static func open(_ evidence: String) -> Finding {
      .init(verdict: .notSettled, evidence: evidence)
    }
  }

  package var id: String
  package var sentence: String
  /// The command that measures it again.
  package var `repeat`: String
  /// Why it is so, with the source that says it.
  package var why: String
  /// On what other system it would be otherwise.
  package var elsewhere: String
  /// Pure: the same evidence gives the same finding.
  package var judge: @Sendable (ClaimEvidence) -> Finding

  package static let all: [Claim] = guards + stacks + costs + switches + coroutines
}
