import Testing

@testable import CrashLab

/// What a program died of under `crashlab exec`, where something else followed the cause: the first
/// fault of the report is the cause, the last one what ended the process.
@Suite(.enabled(if: Toolbox.has("gcc"), "no gcc here")) struct CauseTests {
  private func dying(_ source: String, _ arguments: [String] = []) throws -> TrialReport {
    try withTemporaryFolder { folder in
      let flags = ["-g", "-O1", "-fno-optimize-sibling-calls", "-pthread"]
      let program = try Toolbox.build(source, with: "gcc", flags, into: folder)
      return try LanguageTests.exec([program] + arguments, in: folder).trial
    }
  }

  // MARK: - The handler raises again

  @Test(
    arguments: [
      ([], FaultSite.Kind.mainStackLimit, Signal.segv), (["null"], .nullPage, .segv),
      (["trap"], .notAFault, .trap),
    ])
  func theCauseSurvivesARaise(arguments: [String], kind: FaultSite.Kind, signal: Signal) throws {
    let trial = try dying("reraise.c", arguments)
    #expect(trial.termination?.signal == signal)
    #expect(trial.faults.map(\.signal) == [signal, signal])
    #expect(trial.faults.map(\.handled) == [true, false])
    #expect(trial.faults.map(\.handlerOutcome) == [.raisedAgain, nil])
    #expect(trial.faults[0].sender == nil)
    #expect(trial.faults[0].site.kind == kind)
    #expect(trial.faults[1].sender?.relation == .itself)
  }

  // MARK: - A fault inside the handler

  @Test func theCauseSurvivesAFaultThatTheHandlerDealsWith() throws {
    let trial = try dying("nested.c")
    #expect(trial.faults.map(\.signal) == [.segv, .abrt])
    #expect(trial.faults.map(\.address) == [Address(8), trial.faults[1].address])
    #expect(trial.faults.map(\.site.kind) == [.nullPage, .notAFault])
    #expect(trial.faults.map(\.handled) == [true, false])
    #expect(trial.counters == [.init(name: "faults handled by the program", value: 1)])
  }

  @Test func theCauseSurvivesAHandlerThatLeaves() throws {
    let trial = try dying("nested.c", ["leave"])
    #expect(trial.faults.map(\.address) == [Address(8)])
    #expect(trial.faults.map(\.handlerOutcome) == [.endedProcess])
  }

  /// The first fault has begun the chain, however long it is.
  @Test func theCauseSurvivesAHandlerThatFaultsForEver() throws {
    let trial = try dying("nested_overflow.c")
    #expect(trial.termination?.signal == .segv)
    #expect(trial.faults.first?.address == Address(8))
    #expect(trial.faults.first?.handled == true)
    #expect(trial.faults.count > 2)
    #expect(trial.faults.last?.handled == false)
    #expect(trial.faults.last?.handler?.isInstalled == true)
  }

  #if arch(x86_64)
    /// It looks like the kernel's forced kill, but there was room for the handler's frame.
    @Test func aRefusalThatComesOnceMore() throws {
      let trial = try dying("refused_again.c")
      #expect(trial.faults.map(\.site.kind) == [.nonCanonical])
      #expect(trial.faults.map(\.handlerOutcome) == [.raisedAgain])
      #expect(trial.faults.map(\.handled) == [true])
    }
  #endif

  // MARK: - Many threads

  /// Whichever of them ends the process: it is an overflow, and its handler is not denied.
  @Test func manyThreadsOverflowAtOnce() throws {
    try withTemporaryFolder { folder in
      let flags = ["-g", "-O1", "-fno-optimize-sibling-calls", "-pthread"]
      let program = try Toolbox.build("crowd.c", with: "gcc", flags, into: folder)
      for _ in 0..<10 {
        let trial = try LanguageTests.exec([program, "32"], in: folder).trial
        #expect(trial.termination?.signal == .segv)
        let fault = try #require(trial.faults.first)
        #expect(fault.site.kind == .guard)
        #expect(fault.site.owner?.kind == .thread)
        #expect(fault.handlerOutcome != .notInstalled)
        #expect(fault.handler?.isInstalled == true)
      }
    }
  }

  // MARK: - A frame that cannot be written

  @Test(
    arguments: [("bus", Signal.bus), ("abort", .abrt), ("fpe", .fpe), ("ill", .ill)],
    [false, true])
  func theCauseSurvivesABadAlternateStack(way: (String, Signal), catchesBoth: Bool) throws {
    let trial = try dying("bad_alternate_stack.c", [way.0] + (catchesBoth ? ["both"] : []))
    #expect(trial.termination?.signal == .segv)
    let last = try #require(trial.faults.last)
    #expect(trial.faults.first?.signal == way.1)
    #expect(trial.faults.first?.handled == false)
    #expect(trial.faults.first?.handler?.isInstalled == true)
    #expect(last.signal == .segv)
    #expect(last.code == "SI_KERNEL")
    #expect(last.refusal == .signalFrame)
    #expect(trial.faults.count == 2)
  }

  /// A signal that was sent, however often, is no fault that was dealt with.
  @Test func signalsThatWereSentAreNoFaults() throws {
    try withTemporaryFolder { folder in
      let script = "trap : USR1; kill -USR1 $$; kill -USR1 $$; kill -SEGV $$"
      let trial = try LanguageTests.exec(["sh", "-c", script], in: folder).trial
      #expect(trial.termination?.signal == .segv)
      #expect(trial.counters.isEmpty)
    }
  }

  /// What the old program had handlers for, the new one has not.
  @Test func anExecutedProgramHasNoHandlersOfTheOld() throws {
    try withTemporaryFolder { folder in
      let flags = ["-g", "-O1", "-fno-optimize-sibling-calls", "-pthread"]
      let program = try Toolbox.build("why_no_handler.c", with: "gcc", flags, into: folder)
      let script = "trap : SEGV; kill -SEGV $$; exec \(program) never"
      let trial = try LanguageTests.exec(["sh", "-c", script], in: folder).trial
      #expect(trial.faults.map(\.handlerOutcome) == [.notInstalled])
      #expect(trial.faults.first?.handler?.isInstalled == false)
    }
  }

  // MARK: - Why no handler ran

  /// Blocked and ignored look alike afterwards: the kernel has taken the handler away in both. Only
  /// the mask of a handler that the thread is in tells that it was blocked.
  @Test(
    arguments: [
      ("small", Fault.HandlerOutcome.alternateStackTooSmall), ("noflag", .notOnAlternateStack),
      ("thread", .noAlternateStack), ("disabled", .noAlternateStack),
      ("readonly", .alternateStackNotWritable), ("unmapped", .alternateStackUnmapped),
      ("blocked", .gone), ("ignored", .gone), ("never", .notInstalled),
      ("once", .usedOnce), ("masked", .blocked), ("unmasked", .gone),
    ])
  func eachReasonIsItsOwn(way: String, outcome: Fault.HandlerOutcome) throws {
    let trial = try dying("why_no_handler.c", [way])
    #expect(trial.termination?.signal == .segv)
    // The last fault: before it, the signal in whose handler it came.
    let fault = try #require(trial.faults.last)
    #expect(fault.handlerOutcome == outcome)
    #expect(trial.faults.dropLast().map(\.signal) == (way.hasSuffix("masked") ? [Signal(10)] : []))
    #expect(fault.site.owner != nil)
    let facts = try #require(fault.handler)
    #expect(facts.actionWasSet == (way != "never"))
    if way == "small" {
      #expect(facts.alternateStack?.size == 2048)
      #expect((facts.alternateStack?.frameNeeds ?? 0) > 2048)
    }
  }

  /// A disposition that was inherited, and that the kernel does not heed.
  @Test func aFaultThatIsIgnoredFromTheStart() throws {
    try withTemporaryFolder { folder in
      let flags = ["-g", "-O1", "-fno-optimize-sibling-calls", "-pthread"]
      let program = try Toolbox.build("why_no_handler.c", with: "gcc", flags, into: folder)
      let trial = try LanguageTests.exec(
        ["sh", "-c", "trap '' SEGV; exec \(program) never"], in: folder
      ).trial
      #expect(trial.faults.map(\.handlerOutcome) == [.ignored])
    }
  }

  @Test func aFaultInsideTheHandler() throws {
    let trial = try dying("why_no_handler.c", ["inside"])
    #expect(trial.faults.map(\.address).last == Address(16))
    #expect(trial.faults.map(\.handled) == [true, false])
    #expect(trial.faults.map(\.handlerOutcome) == [nil, .insideHandler])
  }

  /// A program whose system calls are filtered is not asked: that would end it otherwise.
  @Test func aFilteredProgramIsNotAsked() throws {
    let trial = try dying("filtered.c")
    #expect(trial.termination?.signal == .segv)
    #expect(trial.faults.map(\.signal) == [.segv])
    #expect(trial.faults.first?.handler?.alternateStackIsKnown == false)
    #expect(trial.faults.first?.handler?.actionWasSet == nil)
  }
}
