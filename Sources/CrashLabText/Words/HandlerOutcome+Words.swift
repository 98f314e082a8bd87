package import CrashLabModel

extension Fault.HandlerOutcome {
  /// A sentence for a person.
  ///
  /// - `facts`: what is known of the alternate stack; nil if nothing is.
  package func inWords(_ signal: Signal, _ facts: HandlerFacts?) -> String {
    let stack = facts?.alternateStack
    return switch self {
    case .notInstalled: "no handler is installed"
    case .ignored:
      "\(signal) is ignored, but the kernel ignores no fault: it took the default action and killed "
        + "at once"
    case .blocked: "the handler is installed but \(signal) was blocked in this thread: it never ran"
    case .blockedOrIgnored:
      "the handler is installed but \(signal) was blocked or ignored in this thread: it never ran"
    case .gone:
      (facts?.isInstalled == false
        ? "the program had set an action for \(signal), but the default one"
        : "a handler was installed, but the default action")
        + " had taken its place when \(signal) came: the kernel does so where the signal is blocked "
        + "or ignored, or cannot be delivered to another thread; or the program has done it itself"
    case .usedOnce:
      "the handler was installed for one \(signal) only (SA_RESETHAND), and had run for an earlier one"
    case .insideHandler:
      "it came inside the handler, where \(signal) is blocked: the kernel killed at once"
    case .notOnAlternateStack:
      never("without SA_ONSTACK, and below the stack pointer is no room for its frame")
    case .noAlternateStack: never("this thread has no alternate stack")
    case .noRoom: never("the kernel found no stack to run it on")
    case .alternateStackUnmapped: never("this thread's alternate stack is not mapped any more")
    case .alternateStackNotWritable:
      never(
        "this thread's alternate stack is memory that cannot be written"
          + (stack?.mapping.map { " (\(printable($0)))" } ?? ""))
    case .alternateStackPastFile:
      never(
        "this thread's alternate stack is in a file"
          + (stack?.mapping.map { " (\(printable($0)))" } ?? "") + " that has no such page")
    case .alternateStackTooSmall:
      never(
        "this thread's alternate stack"
          + (stack.map {
            " of \($0.size) bytes has no room for the signal frame (AT_MINSIGSTKSZ: "
              + "\($0.frameNeeds))"
          } ?? " has no room for the signal frame"))
    case .alternateStackRefused:
      never("the kernel could not write its frame to this thread's alternate stack")
    case .noRestorer:
      never("its action has no SA_RESTORER, without which the kernel calls none")
    case .notExecutable:
      "the kernel called its handler, and where that should be is no code that may be executed"
    case .endedProcess: "its handler ran, and ended the process"
    case .raisedAgain:
      "its handler ran and let the signal come once more, with the default action"
    }
  }

  private func never(_ obstacle: String) -> String {
    "the handler is installed but \(obstacle): it never ran"
  }
}
