/// What must be seen of a case: exact, never "some crash".
public struct Expectation: Sendable {
  public enum Ending: Sendable, Equatable, Codable {
    /// The kernel ended the whole process with this signal.
    case killed(Signal)
    /// The body came to its end and the process with it; the bystanders beat until then.
    case survives
    /// The process left by itself with this status before the body came to its end.
    case exits(Int32)
    /// Nothing happened until the deadline.
    case deadline
  }

  /// Every fault that is reported, in order.
  public var faults: [FaultExpectation]
  public var ending: Ending
  /// Every canary that is found changed.
  public var corruption: [Expectation.Canary]
  /// Counters that the case notes, each with the range that it must be in.
  public var counters: [String: ClosedRange<Int>]
  /// What ends it where a core dump ends every process that shares the memory
  /// (`Machine.dumpEndsSharers`); nil: the same as elsewhere.
  package var signalFromSharer: Signal?

  /// Something is expected that only the sender's part of siginfo can tell: si_code of a signal that
  /// was sent is lost with it.
  package var needsSenders: Bool {
    faults.contains { fault in
      fault.sender != nil || [.user, .queue, .tkill].contains { $0 == fault.code }
    }
  }

  /// Something is expected that only the names of frames can tell.
  package var needsNames: Bool { faults.contains { !$0.frames.isEmpty } }

  /// Without what a run that doesn't unwind, or doesn't fold, can't see: a plain trace keeps single
  /// frames, of a long chain only both ends.
  package func reduced(for unwinding: Unwinding) -> Expectation {
    if unwinding == .folded { return self }
    var expectation = self
    for index in expectation.faults.indices {
      expectation.faults[index].period = nil
      if unwinding != .oracle { expectation.faults[index].frames = [] }
    }
    return expectation
  }

  public init(
    faults: [FaultExpectation] = [], ending: Ending, corruption: [Expectation.Canary] = [],
    counters: [String: ClosedRange<Int>] = [:]
  ) {
    self.faults = faults
    self.ending = ending
    self.corruption = corruption
    self.counters = counters
  }

  /// One fault, and the process dies of it.
  public static func dies(_ fault: FaultExpectation) -> Expectation {
    Expectation(faults: [fault], ending: .killed(fault.signal))
  }

  /// The same, but a kernel whose core dumps end every process that shares the memory (Linux before
  /// 5.16) ends it with the signal of the process that crashed, before it can note a counter.
  public func diesWithSharer(of signal: Signal) -> Expectation {
    var expectation = self
    expectation.signalFromSharer = signal
    return expectation
  }

  /// No fault is raised; the canaries tell what happened.
  public static func corrupts(_ corruption: Expectation.Canary...) -> Expectation {
    Expectation(ending: .survives, corruption: corruption)
  }

  /// Faults that the program deals with.
  public static func survives(
    _ faults: FaultExpectation..., counters: [String: ClosedRange<Int>] = [:]
  )
    -> Expectation
  {
    Expectation(faults: faults, ending: .survives, counters: counters)
  }
}

extension Expectation {
  /// A canary that must be found changed.
  public struct Canary: Sendable {
    public var what: String
    public var owner: String
    public var bytesChanged: ClosedRange<Int>
    public var belowStackLimit: ClosedRange<Int>?

    public init(
      _ what: String, of owner: String, bytesChanged: ClosedRange<Int> = 1...Int.max,
      belowStackLimit: ClosedRange<Int>? = nil
    ) {
      self.what = what
      self.owner = owner
      self.bytesChanged = bytesChanged
      self.belowStackLimit = belowStackLimit
    }
  }
}
