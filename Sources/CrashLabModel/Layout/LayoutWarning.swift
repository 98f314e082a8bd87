/// What is dangerous about a stack.
package enum LayoutWarning: String, Codable, Sendable, CaseIterable {
  case noGuard = "no-guard"
  case guardSmallerThanFrame = "guard-smaller-than-frame"
  case nearlyFull = "nearly-full"
  case neighbourAGuardApart = "neighbour-a-guard-apart"

  /// The share of a stack that may be touched without a warning, percent.
  package static let fullness = 80

  /// Judges one stack. Pure.
  ///
  /// - Parameter largestFrame: bytes of the largest frame without probes that the program has; nil
  ///   if it was not looked for.
  package static func judge(_ use: StackOccupancy, largestFrame: Int? = nil) -> [LayoutWarning] {
    // Where only the mapping is known it may be a heap, which needs no guard and may be full.
    guard use.stack.evidence != .stackPointer else { return [] }
    let region = use.stack.region
    let guardSize = region.guard.size
    var warnings: [LayoutWarning] = []
    if region.guard.kind == .none { warnings.append(.noGuard) }
    if region.guard.kind != .none, max(use.largestStep, largestFrame ?? 0) > guardSize {
      warnings.append(.guardSmallerThanFrame)
    }
    // An alternate stack is small and touched as a whole by its first signal frame.
    if region.kind != .alternateStack, region.isLimitKnown, region.size > 0,
      Double(use.touched) * 100 > Double(region.size) * Double(fullness)
    {
      warnings.append(.nearlyFull)
    }
    if region.guard.kind != .kernelGap, let below = use.below, below.kind == .stack,
      below.distance <= guardSize
    {
      warnings.append(.neighbourAGuardApart)
    }
    return warnings
  }
}
