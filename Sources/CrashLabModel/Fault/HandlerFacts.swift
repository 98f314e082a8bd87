/// What was known of a program's handler when a fault came: why it ran or did not.
///
/// For a signal that is blocked or ignored the kernel takes the handler away before anybody can look
/// (kernel/signal.c, force_sig_info_to_task), so `isInstalled` may be true while the mask in /proc no
/// longer shows it.
public struct HandlerFacts: Sendable, Equatable, Codable {
  /// The program has installed one for this signal.
  public var isInstalled: Bool
  /// It was still there when the fault was about to be delivered (SigCgt).
  public var isCaught: Bool
  /// The program had the signal ignored.
  public var isIgnored: Bool
  /// The thread had the signal blocked; null if nobody knows.
  @Nullable public var isBlocked: Bool?
  /// The thread was inside a handler of the same signal.
  public var isInHandler: Bool
  /// Installed with SA_ONSTACK; null if nobody knows.
  @Nullable public var usesAlternateStack: Bool?
  /// The thread's alternate stack; null if it has none.
  @Nullable public var alternateStack: AlternateStack?
  /// Whether it is known if the thread has an alternate stack.
  public var alternateStackIsKnown: Bool
  /// It ran.
  public var hasRun: Bool
  /// The kernel could not deliver the signal and killed at once.
  public var forcedKill: Bool

  package init(
    isInstalled: Bool, isCaught: Bool, isIgnored: Bool, isBlocked: Bool? = nil, isInHandler: Bool,
    usesAlternateStack: Bool? = nil, alternateStack: AlternateStack? = nil,
    alternateStackIsKnown: Bool,
    hasRun: Bool, forcedKill: Bool
  ) {
    self.isInstalled = isInstalled
    self.isCaught = isCaught
    self.isIgnored = isIgnored
    self.isBlocked = isBlocked
    self.isInHandler = isInHandler
    self.usesAlternateStack = usesAlternateStack
    self.alternateStack = alternateStack
    self.alternateStackIsKnown = alternateStackIsKnown
    self.hasRun = hasRun
    self.forcedKill = forcedKill
  }

  public struct AlternateStack: Sendable, Equatable, Codable {
    public var low: Address
    public var size: Int
    /// What lies there now, in words; null if it is ordinary memory that can be written.
    @Nullable public var trouble: String?
    /// AT_MINSIGSTKSZ: what the kernel's signal frame needs, in bytes.
    public var frameNeeds: Int

    package init(low: Address, size: Int, trouble: String? = nil, frameNeeds: Int) {
      self.low = low
      self.size = size
      self.trouble = trouble
      self.frameNeeds = frameNeeds
    }
  }

  /// Why no handler ran, for a person; nil if there is nothing to explain.
  public func reason(for signal: Signal) -> String? {
    if hasRun { return nil }
    if isIgnored {
      return "\(signal) is ignored, but the kernel ignores no fault: it took the default action "
        + "and killed at once"
    }
    guard isInstalled else { return "no handler is installed" }
    if !isCaught {
      if isInHandler {
        return "it came inside the handler, where \(signal) is blocked: the kernel killed at once"
      }
      return "the handler is installed but \(signal) was blocked"
        + (isBlocked == true ? "" : " or ignored") + " in this thread: it never ran"
    }
    guard forcedKill else { return nil }
    return "the handler is installed but \(obstacle): it never ran"
  }

  private var obstacle: String {
    if usesAlternateStack == false {
      return "without SA_ONSTACK, and the stack that it was to run on has run out"
    }
    guard let stack = alternateStack else {
      return alternateStackIsKnown
        ? "this thread has no alternate stack" : "the kernel found no stack to run it on"
    }
    if let trouble = stack.trouble { return "this thread's alternate stack is \(trouble)" }
    if stack.size < stack.frameNeeds {
      return
        "this thread's alternate stack of \(stack.size) bytes has no room for the signal frame "
        + "(AT_MINSIGSTKSZ: \(stack.frameNeeds))"
    }
    return "the kernel could not write its frame to this thread's alternate stack"
  }
}

extension HandlerFacts.AlternateStack {
  /// - Parameter claim: where the program said that it lies.
  package init(_ claim: StackRegion.Claim, mappings: [Mapping], frameNeeds: Int) {
    self.init(
      low: claim.low, size: Int(clamping: claim.high.value &- claim.low.value), trouble: nil,
      frameNeeds: frameNeeds)
    let top = claim.high.value > 0 ? mappings.holding(Address(claim.high.value - 1)) : nil
    switch top {
    case nil: trouble = "not mapped any more"
    case let top? where !top.permissions.contains(.write):
      trouble = "memory that cannot be written (\(top.permissions))"
    case let top? where !top.path.isEmpty && !top.path.hasPrefix("["):
      trouble = "in a file (\(printable(top.path))) that has no such page"
    default: break
    }
  }
}
