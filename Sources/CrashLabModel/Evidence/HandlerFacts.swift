/// What was known of a program's handler when a fault came: why it ran or did not.
///
/// For a signal that is blocked or ignored the kernel takes the handler away before anybody can look
/// (kernel/signal.c, force_sig_info_to_task), so `isInstalled` may be true while the mask in /proc no
/// longer shows it.
package struct HandlerFacts: Sendable, Equatable, Codable {
  /// The program has installed one for this signal.
  package var isInstalled: Bool
  /// The program has set what the signal does, whatever that was; null if nobody knows.
  @Nullable package var actionWasSet: Bool?
  /// It was still there when the fault was about to be delivered (SigCgt).
  package var isCaught: Bool
  /// The program had the signal ignored.
  package var isIgnored: Bool
  /// The thread had the signal blocked; null if nobody knows.
  @Nullable package var isBlocked: Bool?
  /// The thread was inside a handler of the same signal.
  package var isInHandler: Bool
  /// Installed with SA_ONSTACK; null if nobody knows.
  @Nullable package var usesAlternateStack: Bool?
  /// Installed with SA_RESTORER, which the C library sets by itself and x86-64 insists on; null if
  /// nobody knows, or the processor needs none.
  @Nullable package var hasRestorer: Bool? = nil
  /// The thread's alternate stack; null if it has none.
  @Nullable package var alternateStack: AlternateStack?
  /// Whether it is known if the thread has an alternate stack.
  package var alternateStackIsKnown: Bool
  /// It ran.
  package var hasRun: Bool
  /// The kernel could not deliver the signal and killed at once.
  package var forcedKill: Bool

  package init(
    isInstalled: Bool, isCaught: Bool, isIgnored: Bool, isBlocked: Bool? = nil, isInHandler: Bool,
    usesAlternateStack: Bool? = nil, alternateStack: AlternateStack? = nil,
    alternateStackIsKnown: Bool,
    hasRun: Bool, forcedKill: Bool, actionWasSet: Bool? = nil
  ) {
    self.actionWasSet = actionWasSet
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

  package struct AlternateStack: Sendable, Equatable, Codable {
    /// Why memory can't hold a signal frame.
    package enum Trouble: String, Sendable, Codable {
      case unmapped
      case notWritable = "not-writable"
      /// In a file that has no such page.
      case pastFile = "past-file"
    }

    package var low: Address
    package var size: Int
    /// Null if it is ordinary memory that can be written.
    @Nullable package var trouble: Trouble?
    /// What is mapped there: a path, or `anonymous` with its permissions; null if nothing is.
    @Nullable package var mapping: String?
    /// AT_MINSIGSTKSZ: what the kernel's signal frame needs, in bytes.
    package var frameNeeds: Int

    package init(
      low: Address, size: Int, trouble: Trouble? = nil, mapping: String? = nil, frameNeeds: Int
    ) {
      self.low = low
      self.size = size
      self.trouble = trouble
      self.mapping = mapping
      self.frameNeeds = frameNeeds
    }
  }
}

extension HandlerFacts {
  /// Of a program that was not ours: whether a handler was there is all that is known.
  ///
  /// - `wasCaught`: one was seen before.
  package init(
    isCaught: Bool, wasCaught: Bool = false, isInHandler: Bool = false, hasRun: Bool = false,
    forcedKill: Bool = false
  ) {
    self.init(
      isInstalled: isCaught || wasCaught, isCaught: isCaught, isIgnored: false, isBlocked: nil,
      isInHandler: isInHandler, usesAlternateStack: nil, alternateStack: nil,
      alternateStackIsKnown: false, hasRun: hasRun, forcedKill: forcedKill)
  }
}

extension HandlerFacts.AlternateStack {
  /// - Parameter claim: where the program said that it lies.
  package init(_ claim: StackRegion.Claim, mappings: [Mapping], frameNeeds: Int) {
    let top = claim.high.value > 0 ? mappings.holding(Address(claim.high.value - 1)) : nil
    let trouble: Trouble? =
      switch top {
      case nil: .unmapped
      case let top? where !top.permissions.contains(.write): .notWritable
      // The loader has mapped a program or library no further than the file.
      case let top?
      where !top.path.isEmpty && !top.path.hasPrefix("[")
        && !mappings.contains { $0.path == top.path && $0.permissions.contains(.execute) }:
        .pastFile
      default: nil
      }
    self.init(
      low: claim.low, size: Int(clamping: claim.high.value &- claim.low.value), trouble: trouble,
      mapping: top?.label, frameNeeds: frameNeeds)
  }
}
