extension TrialReport {
  /// Whether there is more to tell than that it was ended.
  public var tellsOfCrash: Bool {
    termination?.signal?.isCrash == true || !faults.isEmpty && faults[0].signal.isCrash
  }

  /// The sentence that tells the trial: what happened, where, and who died with it.
  package static func summary(of seen: Observation) -> String {
    var parts: [String] = []
    if let first = seen.faults.first {
      parts.append(first.inWords)
      if seen.faults.count > 1 {
        parts.append("then \(seen.faults.count - 1) more, the last: \(seen.faults.last!.inWords)")
      }
    }
    parts += seen.corruption.map { "silent corruption: \($0.inWords), no fault for it" }
    if let told = seen.told { parts.append(printable(told)) }
    parts.append(ending(of: seen))
    return parts.joined(separator: "; ")
  }

  private static func ending(of seen: Observation) -> String {
    guard let termination = seen.termination else { return "its end was not seen" }
    guard let death = seen.death else { return termination.inWords }
    if death.processDied {
      let threads =
        death.threadsAtFault.map { $0 == 1 ? "" : "with all its \($0) threads " } ?? ""
      return "the whole process died \(threads)of \(termination.signal?.description ?? "?")"
    }
    if seen.finished {
      let beating = death.beats.wereBeating ? ", its \(death.bystanders) bystanders beating" : ""
      return "survived\(beating)"
    }
    return termination.inWords
  }
}
