package import CrashLabModel

extension LayoutReport {
  /// A sentence a kind of danger.
  package var warningsInWords: [String] {
    LayoutWarning.allCases.compactMap { warning in
      let stacks = stacks.filter { $0.warnings.contains(warning) }
      guard let first = stacks.first else { return nil }
      let who =
        stacks.count == 1
        ? "'\(LayoutText.name(of: first))'" : "\(grouped(stacks.count)) stacks"
      return sentence(warning, who, stacks)
    }
  }

  private func sentence(_ warning: LayoutWarning, _ who: String, _ stacks: [Stack]) -> String {
    let isOne = stacks.count == 1
    switch warning {
    case .noGuard:
      return "\(who) \(isOne ? "has" : "have") no guard: an overflow writes into what lies below"
    case .guardSmallerThanFrame:
      let step = max(stacks.map(\.largestStep).max() ?? 0, largestFrame ?? 0)
      return "\(who) \(isOne ? "has" : "have") a guard smaller than a frame of this program "
        + "(\(bytesInWords(step)))"
    case .nearlyFull:
      let most = stacks.map { $0.touched * 100 / max(1, $0.size) }.max() ?? 0
      return "\(who) \(isOne ? "was" : "were") touched to more than \(LayoutWarning.fullness) % "
        + "(\(most) % at most)"
    case .neighbourAGuardApart:
      let apart = stacks.compactMap { $0.below?.distance }.min() ?? 0
      return "\(who) \(isOne ? "lies" : "lie") only a guard (\(bytesInWords(apart))) above another "
        + "stack: a larger frame steps over it unseen"
    }
  }
}
