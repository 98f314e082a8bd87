package import CrashLabModel

extension InstrumentError {
  /// A sentence for a person.
  package var inWords: String {
    switch self {
    case .notSeen(let subject, let error):
      "\(subject.inWords) could not be looked at: \(error.inWords)"
    case .callFailed(let error): error.inWords
    case .childSent(let garbled): "the child sent \(garbled.inWords)"
    case .childSentTooMuch(let most): "the child sent more than \(most) messages"
    case .childFailed(let code): "the child could not go on: \(errorText(code))"
    case .childSaid(let words): printable(words)
    case .neverArmed(let end): "the child was never armed: \(end?.inWords ?? "its end is unknown")"
    case .diedBeforeAnswer: "the child died before its evidence was answered"
    case .observerMissedFault: "the handler tells of a fault that the observer has not seen"
    case .witnessesDisagree(let difference):
      "the observer and the handler disagree on \(difference.inWords)"
    case .observerStep(let step, let thread, let code):
      "the observer could not \(step.inWords) thread \(thread): \(errorText(code))"
    case .observerGarbled(let garbled): "the observer has \(garbled.inWords)"
    case .controlStopped(let signal): "the control process was stopped by \(signal)"
    case .controlEnded(let signal): "the control process was ended by \(signal)"
    case .controlNotBeating:
      "the control process stopped beating: the death did not stay in its process"
    case .threadsLeft(let count):
      "the kernel says that the process ended, but \(count) of its threads live"
    case .bystanderBeats:
      "the kernel says that the process ended, but a bystander goes on beating"
    case .noEnd: "the trial ended without evidence of its end"
    case .namesNotRead(let missing): "the names of frames are not known: \(missing.inWords)"
    case .told(let words): printable(words)
    }
  }
}

extension InstrumentError.Subject {
  fileprivate var inWords: String {
    switch self {
    case .parkedChild: "the parked child"
    case .signalMasks: "the signals of a thread"
    case .signal(let signal): "a \(signal)"
    case .end: "its end"
    case .remains: "what is left of it"
    }
  }
}

extension InstrumentError.ObserverStep {
  fileprivate var inWords: String {
    switch self {
    case .resume: "resume"
    case .watch: "watch"
    case .look: "look at"
    }
  }
}

extension Garbled {
  /// The end of a sentence that begins with "the child sent".
  package var inWords: String {
    switch self {
    case .size(let size, let expected): "\(size) bytes where a message has \(expected)"
    case .beginning(let size): "\(size) bytes that do not begin as a message"
    case .kind(let kind): "a message of the unknown kind \(kind)"
    case .stranger(let process):
      "a message of a process that is none of its own (\(process))"
    case .signal(let number): "evidence of the impossible signal \(number)"
    case .counts(let entries, let sites): "a trace of \(entries) entries and \(sites) sites"
    case .frames(let total, let count, let period):
      "a trace of \(total) frames with \(count) times \(period) of them"
    case .notLibunwinds(let frame): "a trace that is not libunwind's own from frame \(frame) on"
    }
  }
}

extension EvidenceDifference {
  fileprivate var inWords: String {
    switch self {
    case .signal(let one, let other): "the signal: \(one) and \(other)"
    case .address(let one, let other): "the address: \(one) and \(other)"
    case .programCounter(let one, let other): "the program counter: \(one) and \(other)"
    case .stackPointer(let one, let other): "the stack pointer: \(one) and \(other)"
    case .access(let one, let other): "the access: \(one) and \(other)"
    case .frameCount(let one, let other): "the number of frames: \(one) and \(other)"
    }
  }
}
