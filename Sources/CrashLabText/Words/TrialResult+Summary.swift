public import CrashLabModel

extension TrialResult {
  /// The sentence that tells the trial: what happened, where, and who died with it.
  public var summary: String {
    if let skip = judgement?.skip { return "skipped: \(skip.inWords)" }
    var parts: [String] = []
    if let first = faults.first {
      parts.append(FaultReport(first).inWords)
      if faults.count > 1, let last = faults.last {
        parts.append("then \(faults.count - 1) more, the last: \(FaultReport(last).inWords)")
      }
    }
    parts += corruption.map { "silent corruption: \($0.inWords), no fault for it" }
    if let told { parts.append(printable(told)) }
    parts.append(ending)
    return parts.joined(separator: "; ")
  }

  private var ending: String {
    guard let termination else { return "its end was not seen" }
    guard let death else { return termination.inWords }
    if death.processDied {
      let threads =
        death.threadsAtFault.map { $0 == 1 ? "" : "with all its \($0) threads " } ?? ""
      return "the whole process died \(threads)of \(termination.signal?.description ?? "?")"
    }
    if finished {
      let beating = death.beats.wereBeating ? ", its \(death.bystanders) bystanders beating" : ""
      return "survived\(beating)"
    }
    return termination.inWords
  }
}
