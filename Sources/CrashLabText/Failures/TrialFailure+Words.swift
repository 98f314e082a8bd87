public import CrashLabModel

extension TrialFailure: CustomStringConvertible {
  public var description: String {
    switch reason {
    case .notCode: "what is to be tried is no code of this program"
    case .notInFreshCopy:
      "what is to be tried is not there in a fresh copy of this program: its image is loaded only "
        + "after the program has started"
    case .noCommand: "no program is named"
    case .notLinked: "this program does not link CrashLab so that a copy of it would listen"
    case .timeoutOutOfRange(let seconds):
      "a timeout of \(seconds) seconds is not between 0 and 86400"
    case .jobsOutOfRange(let jobs): "\(jobs) trials side by side: there must be at least 1"
    case .otherThreads(let count):
      "this process has \(count == 1 ? "another thread" : "\(count) other threads"), and only a "
        + "process without may fork trials: run them before the first thread is started"
    case .otherChildren(let count):
      "this process has \(count == 1 ? "a child" : "\(count) children") already, whose ends would "
        + "be taken from it: wait for them first"
    case .late(let seconds): "it did not come to an end within \(seconds) seconds"
    case .endedWithoutAnswer(let status):
      "the copy of this program that was to try it ended without an answer (wait status \(status))"
    case .system(let error): error.inWords
    case .judged(let judgement): judgement.reason ?? "the laboratory could not try it"
    case .interrupted(let signal): "interrupted by \(signal)"
    case .unreadable(let text): text
    }
  }
}
