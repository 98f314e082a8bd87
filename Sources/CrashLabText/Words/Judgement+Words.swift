package import CrashLabModel

extension Judgement {
  /// Why a trial is not as expected, was skipped or has measured nothing; nil if it is as expected.
  package var reason: String? {
    if let skip { return skip.inWords }
    if let instrumentError { return instrumentError.inWords }
    return mismatches.first.map { mismatch in
      "\(mismatch.label): expected \(mismatch.expected.inWords), saw \(mismatch.seen.inWords)"
    }
  }
}

extension SkipReason {
  package var inWords: String {
    switch self {
    case .kernel(let major, let minor, let why, let kernel):
      "needs Linux \(major).\(minor) (\(why)); this is \(kernel)"
    case .architecture(let name, let why, let architecture):
      "needs \(name) (\(why)); this is \(architecture)"
    case .guardPages(.made): "MADV_GUARD_INSTALL is refused here (Linux has it since 6.13)"
    case .guardPages(.seen):
      "pagemap does not show guards by MADV_GUARD_INSTALL here (Linux does since 6.15)"
    case .senders:
      "the kernel does not tell who sends a signal: the limit of pending signals is reached "
        + "(ulimit -i)"
    case .tracing(let error): "needs ptrace, which is refused here (\(error.inWords))"
    case .told(let words): words
    }
  }
}

extension Mismatch {
  /// What differs: `fault 2 access`.
  package var label: String { (fault.map { "fault \($0) " } ?? "") + what.inWords }
}

extension Mismatch.What {
  fileprivate var inWords: String {
    switch self {
    case .ending: "ending"
    case .processDied: "the whole process died"
    case .bystanders: "bystanders"
    case .faults: "faults"
    case .corruption: "corruption"
    case .counter(let name): name
    case .signal: "signal"
    case .code: "si_code"
    case .access: "access"
    case .handled: "handler ran"
    case .outcome: "why no handler ran"
    case .alternateStack: "alternate stack"
    case .sender: "sender"
    case .process: "process"
    case .site: "fault site"
    case .owner: "whose stack"
    case .guardKind: "kind of guard"
    case .guardSize: "guard size"
    case .stackSize: "stack size"
    case .overshoot: "overshoot"
    case .skipped: "bytes skipped"
    case .mapping: "mapping"
    case .trace: "the trace"
    case .frames: "frames"
    case .period: "period of the recursion"
    case .overwritten: "what was overwritten"
    case .overwrittenOwner: "whose it was"
    case .bytesChanged: "bytes changed"
    case .belowStackLimit: "bytes below the stack limit"
    }
  }
}

extension Mismatch.Value {
  package var inWords: String {
    switch self {
    case .none: "none"
    case .flag(let flag): "\(flag)"
    case .number(let number): "\(number)"
    case .range(let range): range.inWords
    case .name(let name): name
    case .outcome(let outcome): outcome.rawValue
    case .owner(let owner): owner.inWords
    case .ending(let ending): ending.inWords
    case .termination(let end, let afterBodyEnd):
      end.inWords + (afterBodyEnd ? ", after the body's end" : "")
    case .beats(let before, let parked): "\(before) before, \(parked) after the bell"
    case .beating: "beating at the body's end"
    case .faults(let faults):
      "\(faults.count): " + faults.map { FaultReport($0).inWords }.joined(separator: "; ")
    case .corruption(let corruption): corruption.map(\.inWords).joined(separator: "; ")
    case .frames(let frames): frames.joined(separator: " < ")
    case .missing(let frame, let symbols):
      "no \(frame) in " + symbols.joined(separator: " < ")
    case .complete: "complete"
    case .cutOff(let count): "cut off after \(count) frames"
    case .numbers(let numbers): "\(numbers)"
    }
  }
}
