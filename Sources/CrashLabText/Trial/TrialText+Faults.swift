internal import CrashLabModel

// What several faults of one trial have in common is told once.
extension TrialText {
  /// Fewer frames are shown again.
  private static let fewestShared = 3

  /// How many frames at the end of a fault's trace are all those of the fault before: a handler that
  /// raises the next signal runs on the same stack.
  func shared(_ index: Int, _ trial: TrialReport) -> Int {
    guard detail != .everything, index > 0, let own = trial.faults[index].unwind,
      let earlier = trial.faults[index - 1].unwind,
      trial.faults[index].thread.id == trial.faults[index - 1].thread.id,
      earlier.frames.count >= TrialText.fewestShared, own.frames.count >= earlier.frames.count,
      own.complete == earlier.complete
    else { return 0 }
    let isSame = zip(own.frames.reversed(), earlier.frames.reversed()).allSatisfy {
      $0.programCounter == $1.programCounter && $0.count == $1.count && $0.symbol == $1.symbol
    }
    return isSame ? earlier.frameCount : 0
  }

  /// Why no handler ran, or how one that ran let the process die.
  func reason(of fault: FaultReport, isLast: Bool, _ trial: TrialReport) -> String? {
    if trial.faults.count == 1 { return fault.reason }
    // Of which signal, as another one may well have had a handler.
    if fault.handlerOutcome == .notInstalled { return "no handler of \(fault.signal) is installed" }
    return fault.reason ?? (fault.handled && !isLast ? "its handler ran" : nil)
  }
}

extension UnwindReport {
  /// Without so many frames of its end.
  func withoutLast(_ count: Int) -> UnwindReport {
    guard count > 0 else { return self }
    var cut = self
    let left = frameCount.plus(0 &- count)
    cut.frames = frames.filter { $0.index < left }
    cut.frameCount = left
    cut.complete = true
    return cut
  }
}
