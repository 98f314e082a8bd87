/// How a thread and its process are set up for a signal, as the thread itself was told by the kernel.
package struct SignalSetup: Sendable, Equatable {
  /// The thread's alternate stack; nil if it has none.
  package var alternateStack: StackRegion.Claim?
  /// The flags of the signal's action. The kernel leaves them when it takes the handler away.
  package var flags: UInt64
  /// What its handler blocks, a bit for each signal.
  package var mask: UInt64
  /// Since the program was executed, whatever the action was.
  package var actionWasSet: Bool

  /// Ignored since before the program was executed, which has never set it.
  package var isIgnored: Bool

  package init(
    alternateStack: StackRegion.Claim?, flags: UInt64, mask: UInt64 = 0, actionWasSet: Bool,
    wasIgnored: Bool = false
  ) {
    self.mask = mask
    isIgnored = wasIgnored && !actionWasSet
    self.alternateStack = alternateStack
    self.flags = flags
    self.actionWasSet = actionWasSet
  }

  /// While its handler runs the signal is blocked for certain. Without SA_ONSTACK and SA_SIGINFO the
  /// flags may be those of the default action, which the handler has restored.
  package var blocksItself: Bool {
    flags & (SignalSetup.onStack | SignalSetup.information) != 0
      && flags & (SignalSetup.noDefer | SignalSetup.once) == 0
  }

  /// The kernel takes the handler away when it delivers the signal.
  package var isForOneSignal: Bool { flags & SignalSetup.once != 0 }

  /// Whether its handler runs with another signal blocked for certain: its mask says so, and the rest
  /// of the mask is in force in the thread, which has not unblocked it.
  ///
  /// - Parameter blocked: the thread's mask, from which the kernel has taken the other signal when it
  ///   forced it.
  package func blocks(_ other: Signal, blocked: UInt64) -> Bool {
    let bit: UInt64 = 1 << UInt64(other.number - 1)
    let rest = mask & ~bit & ~SignalSetup.unblockable
    return mask & bit != 0 && blocked & rest == rest
  }

  /// SIGKILL and SIGSTOP.
  private static let unblockable: UInt64 = 1 << 8 | 1 << 18

  // include/uapi/asm-generic/signal-defs.h
  package static let onStack: UInt64 = 0x0800_0000
  package static let information: UInt64 = 4
  package static let once: UInt64 = 0x8000_0000
  package static let restorer: UInt64 = 0x0400_0000
  package static let noDefer: UInt64 = 0x4000_0000
}

extension HandlerFacts {
  /// - Parameter setup: nil if the thread could not be asked.
  package mutating func add(_ setup: SignalSetup?, mappings: [Mapping], frameNeeds: Int) {
    guard let setup else { return }
    actionWasSet = setup.actionWasSet
    isIgnored = setup.isIgnored
    if isInstalled {
      usesAlternateStack = setup.flags & SignalSetup.onStack != 0
      #if arch(x86_64)
        hasRestorer = setup.flags & SignalSetup.restorer != 0
      #endif
    }
    alternateStack = setup.alternateStack.map {
      .init($0, mappings: mappings, frameNeeds: frameNeeds)
    }
    alternateStackIsKnown = true
  }
}
