extension Fault {
  /// Why no handler ran for a signal, or how one that ran let the process die.
  public enum HandlerOutcome: String, Sendable, Codable, CaseIterable {
    case notInstalled = "not-installed"
    /// The signal is ignored; the kernel ignores no fault.
    case ignored
    /// The signal was blocked in this thread.
    case blocked
    /// The kernel had taken the handler away before anybody could look: blocked or ignored.
    case blockedOrIgnored = "blocked-or-ignored"
    /// A handler was seen before, or at least the program has set an action, and the default was in
    /// force when the signal came: the kernel has taken the handler away, or the program itself.
    ///
    /// Blocked and ignored are not told apart by guesses. When the kernel forces a fault's signal it
    /// sets the action to the default and takes the signal out of the thread's mask before anybody can
    /// look (kernel/signal.c, force_sig_info_to_task); another thread's death does the same to the
    /// action. The flags that remain are those of the last action, whatever its handler was.
    case gone
    /// The handler was installed for one signal only (SA_RESETHAND), and has had it.
    case usedOnce = "used-once"
    /// It came inside the handler, where the signal is blocked.
    case insideHandler = "inside-handler"
    /// Installed without SA_ONSTACK, and there is no room where the stack pointer is.
    case notOnAlternateStack = "not-on-alternate-stack"
    case noAlternateStack = "no-alternate-stack"
    /// The kernel found no room for its frame; whether there is an alternate stack is not known.
    case noRoom = "no-room"
    case alternateStackUnmapped = "alternate-stack-unmapped"
    case alternateStackNotWritable = "alternate-stack-not-writable"
    /// The alternate stack lies in a file that has no such page.
    case alternateStackPastFile = "alternate-stack-past-file"
    case alternateStackTooSmall = "alternate-stack-too-small"
    /// The kernel could not write its frame to the alternate stack; why is not known.
    case alternateStackRefused = "alternate-stack-refused"
    /// The action has no code that ends a handler (SA_RESTORER): the kernel calls none without it.
    case noRestorer = "no-restorer"
    /// The kernel has called it, and where it should be is no code that may be executed.
    case notExecutable = "not-executable"
    /// The handler ran and ended the process.
    case endedProcess = "ended-process"
    /// The handler ran, took the default action and let the signal come once more.
    case raisedAgain = "raised-again"
  }
}

extension HandlerFacts {
  /// What follows from the facts; nil if there is nothing to explain.
  package var outcome: Fault.HandlerOutcome? {
    if hasRun { return nil }
    if isIgnored { return .ignored }
    if !isInstalled { return actionWasSet == true ? .gone : .notInstalled }
    if !isCaught {
      if isInHandler { return .insideHandler }
      guard let isBlocked else { return .gone }
      return isBlocked ? .blocked : .blockedOrIgnored
    }
    return forcedKill ? refusal : nil
  }

  /// Why the kernel could not write its frame.
  private var refusal: Fault.HandlerOutcome {
    if hasRestorer == false { return .noRestorer }
    if usesAlternateStack == false { return .notOnAlternateStack }
    guard let stack = alternateStack else {
      return alternateStackIsKnown ? .noAlternateStack : .noRoom
    }
    switch stack.trouble {
    case .unmapped: return .alternateStackUnmapped
    case .notWritable: return .alternateStackNotWritable
    case .pastFile: return .alternateStackPastFile
    case nil:
      return stack.size < stack.frameNeeds ? .alternateStackTooSmall : .alternateStackRefused
    }
  }
}
