/// What must be seen of one fault. What is nil may be anything.
public struct FaultExpectation: Sendable {
  /// The names of the codes that expectations are about (sigaction(2)).
  public enum CodeName: String, Sendable, CaseIterable {
    case segvMapErr = "SEGV_MAPERR"
    case segvAccErr = "SEGV_ACCERR"
    case busAdrAln = "BUS_ADRALN"
    case busAdrErr = "BUS_ADRERR"
    case illOpc = "ILL_ILLOPC"
    case illOpn = "ILL_ILLOPN"
    case fpeIntDiv = "FPE_INTDIV"
    case trapBrkpt = "TRAP_BRKPT"
    case user = "SI_USER"
    case queue = "SI_QUEUE"
    case tkill = "SI_TKILL"
    case kernel = "SI_KERNEL"
  }

  public var signal: Signal
  /// Nil: any; in a guard, the code that the kernel answers an access to such a guard with.
  public var code: CodeName?
  public var access: Access?
  public var site: FaultExpectation.Site
  public var handled: Bool?
  /// Why no handler ran.
  public var outcome: Fault.HandlerOutcome?
  /// A part of what is mapped where the alternate stack lies.
  public var alternateStack: String?
  /// Nil: anybody, or nobody.
  public var sender: Fault.Sender.Relation?
  /// Whose fault it is.
  public var process: Fault.Process.Relation
  /// Frames that must be in the trace in this order, innermost first; others may lie between.
  public var frames: [FaultExpectation.Frame]
  /// A fold of this period must be in the trace.
  public var period: Int?
  /// A trace that was cut off is not as expected, whatever its frames.
  package var wantsWholeTrace = true

  public init(
    _ signal: Signal, code: CodeName? = nil, access: Access? = nil, site: FaultExpectation.Site,
    handled: Bool? = true, because outcome: Fault.HandlerOutcome? = nil,
    alternateStack: String? = nil,
    sender: Fault.Sender.Relation? = nil, process: Fault.Process.Relation = .trial,
    frames: [FaultExpectation.Frame] = [], period: Int? = nil
  ) {
    self.signal = signal
    self.code = code
    self.access = access
    self.site = site
    self.handled = handled
    self.outcome = outcome
    self.alternateStack = alternateStack
    self.sender = sender
    self.process = process
    self.frames = frames
    self.period = period
  }
}

extension FaultExpectation {
  /// A frame that must be in a trace.
  public enum Frame: Sendable, Equatable, ExpressibleByStringLiteral {
    /// A part of its symbol.
    case symbol(String)
    /// A function that the C library does not export: only debug symbols have its name, and without
    /// them it is told by the library's file (`Machine.librarySymbols`).
    case library(String)
    /// A function that Swift's runtime does not export: it is told by the library's file where that
    /// has been stripped, as Debian's is.
    case runtime(String)
    /// Without a symbol, in an image whose path has this part.
    case nameless(in: String)

    public init(stringLiteral symbol: String) { self = .symbol(symbol) }
  }
}

extension FaultExpectation {
  /// What must guard a stack.
  public enum GuardKind: Sendable, Equatable {
    case kind(Guard.Kind)
    /// What the C library of this machine makes for a thread (`Machine.threadGuard`).
    case ofThreads

    public static let mapping = FaultExpectation.GuardKind.kind(.mapping)
    public static let madvise = FaultExpectation.GuardKind.kind(.madvise)
    public static let kernelGap = FaultExpectation.GuardKind.kind(.kernelGap)
  }
}

extension FaultExpectation {
  /// Where a fault must fall. What is nil may be anything.
  public struct Site: Sendable {
    public var kind: FaultSite.Kind?
    public var owner: FaultSite.Owner?
    /// Of the owner, where not the whole of it is known.
    package var stack: StackKind?
    package var stackName: String?
    public var guardKind: FaultExpectation.GuardKind?
    public var guardSize: Int?
    /// The same where the C library makes the guard of a cached stack as small as it is asked for
    /// (`Machine.shrinksCachedGuards`); nil: the same.
    public var guardSizeIfShrunk: Int?
    public var stackSize: ClosedRange<Int>?
    public var overshoot: ClosedRange<Int>?
    public var skipped: ClosedRange<Int>?
    /// A part of the mapping's name.
    public var mapping: String?

    public init(
      _ kind: FaultSite.Kind?, owner: FaultSite.Owner? = nil,
      guardKind: FaultExpectation.GuardKind? = nil,
      guardSize: Int? = nil, guardSizeIfShrunk: Int? = nil, stackSize: ClosedRange<Int>? = nil,
      overshoot: ClosedRange<Int>? = nil, skipped: ClosedRange<Int>? = nil, mapping: String? = nil
    ) {
      self.kind = kind
      self.owner = owner
      self.guardKind = guardKind
      self.guardSize = guardSize
      self.guardSizeIfShrunk = guardSizeIfShrunk
      self.stackSize = stackSize
      self.overshoot = overshoot
      self.skipped = skipped
      self.mapping = mapping
    }

    /// In the guard that the C library has made for this thread.
    public static func inGuard(
      ofThread name: String, overshoot: ClosedRange<Int> = 1...4096, guardSize: Int? = nil,
      guardSizeIfShrunk: Int? = nil, stackSize: ClosedRange<Int>? = nil
    ) -> FaultExpectation.Site {
      var site = inGuard(
        of: .thread, name, overshoot: overshoot, guardKind: .ofThreads, guardSize: guardSize,
        stackSize: stackSize)
      site.guardSizeIfShrunk = guardSizeIfShrunk
      return site
    }

    /// In the guard of a stack that the case has laid out.
    public static func inGuard(
      of kind: StackKind, _ name: String, overshoot: ClosedRange<Int> = 1...4096,
      guardKind: FaultExpectation.GuardKind = .mapping, guardSize: Int? = nil,
      stackSize: ClosedRange<Int>? = nil
    ) -> FaultExpectation.Site {
      FaultExpectation.Site(
        .guard, owner: FaultSite.Owner(kind: kind, name: name), guardKind: guardKind,
        guardSize: guardSize, stackSize: stackSize, overshoot: overshoot, skipped: 0...0)
    }
  }
}
