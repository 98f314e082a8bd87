internal import CHarness
internal import CrashLabModel
internal import Glibc

/// One process of a foreign program: what it was seen to get, and at its end what it died of.
///
/// A program may deal with its faults, and thousands of them (a virtual machine): such a fault costs
/// a glance at the registers. It is looked at when it turns out to be the cause of an end: while the
/// handler that it called is still at work, the frames that were interrupted are still there.
struct WatchedProcess {
  let process: pid_t
  /// The argument list that it was started with; nil: what the kernel tells of it.
  private let given: [String]?
  private var command: [String]
  private let machine: Machine
  private let started = clab_now()
  private var timeline: [TrialReport.Event] = []
  private var journal = FaultJournal()
  /// The signals of each thread that handlers were to deal with.
  private var caught: [Int32: CaughtSignals] = [:]
  /// For which signals a handler was ever seen (SigCgt).
  private var everCaught: UInt64 = 0
  /// The signals that were ignored when the program was executed (SigIgn); execve(2) leaves them so.
  private var ignoredAtStart: UInt64 = 0
  /// Nil until it has executed a program.
  private var stackLimitAtStart: StackSizeSource.ResourceLimit?
  private var caughtFaults = 0
  /// What it is dying of, the cause first.
  private var fatal: [ObservedFault] = []
  /// The thread for whose system call a seccomp filter has killed, perhaps the whole process.
  private var filtered: ObservedFault?
  private var hasGotSYS = false
  /// The other threads in that moment.
  private var otherThreads: ThreadsSnapshot?
  private var errors: [InstrumentError] = []

  init(_ process: pid_t, command: [String]? = nil, machine: Machine) {
    self.process = process
    self.machine = machine
    given = command
    self.command = command ?? processArguments(of: process)
    timeline = [.init(event: .forked, at: 0)]
  }

  /// A signal is about to be delivered to one of its threads, which stands.
  mutating func saw(_ pending: PendingSignal, by observer: Observer) {
    var pending = pending
    pending.evidence.delivering = delivering(before: pending.evidence)
    pending.stackLimitAtStart = stackLimitAtStart
    let evidence = pending.evidence
    if evidence.signal == .sys { hasGotSYS = true }
    let masks: SignalMasks?
    do { masks = try observer.masks.read(of: evidence.thread, in: process) } catch {
      return errors.append(.notSeen(.signal(evidence.signal), error))
    }
    guard let masks, !(evidence.code.isSent && masks.ignores(evidence.signal)) else { return }
    let isCaught = masks.catches(evidence.signal)
    everCaught |= masks.caught
    switch journal.meaning(of: evidence, isCaught: isCaught) {
    case .forcedKill:
      let past = caught[evidence.thread] ?? .init()
      let facts = facts(evidence)
      let setup = asking(evidence.thread, masks).callAsFunction
      die { machine throws(SystemError) in
        let causes =
          try past.around(pending, machine: machine)
          + past.undelivered(at: evidence, setup: setup, machine: machine)
        if past.last?.evidence.signal == evidence.signal {
          return try past.calledWithoutCode(machine: machine) + causes
        }
        var fault = try ObservedFault(
          pending, handler: facts, setup: setup(evidence.signal), machine: machine)
        fault.fault.isForced()
        return causes + [fault]
      }
    case .fault, .repetition:
      if isCaught {
        journal.remember(evidence, as: nil)
        if caught[evidence.thread] == nil { observer.watchLeaving(of: evidence.thread) }
        caught[evidence.thread, default: .init()].append(pending)
        if evidence.isFault { caughtFaults += 1 }
      } else {
        die(of: pending, masks)
      }
    }
    lookAtOthers(than: evidence.thread, by: observer)
  }

  /// Once there is something to die of: where all its other threads are.
  private mutating func lookAtOthers(than thread: Int32, by observer: Observer) {
    guard otherThreads == nil, let fault = fatal.last else { return }
    let seen = fault.threads.filter { $0.id != thread }
    otherThreads = observer.holding(seen.map(\.id)) { standing in
      let standing = Set(standing)
      return ThreadsSnapshot(
        standing: seen.filter { standing.contains($0.id) }, of: thread, mappings: fault.mappings)
    }
  }

  /// The signal whose frame may not have fitted: its thread has executed nothing since.
  private func delivering(before evidence: Evidence) -> Signal? {
    guard evidence.code.isKernel, evidence.signal == .segv,
      let before = caught[evidence.thread]?.last?.evidence, before.signal != .segv,
      before.isAtPlace(of: evidence)
    else { return nil }
    return before.signal
  }

  /// The end is near; the first cause is the one that counts.
  mutating func die(_ look: (Machine) throws(SystemError) -> [ObservedFault]) {
    guard fatal.isEmpty else { return }
    let time = clab_now()
    do throws(SystemError) {
      fatal = try look(machine)
      timeline.append(.init(event: .fault, at: Double(time - started) / 1000))
    } catch {
      errors.append(.notSeen(.end, error))
    }
  }

  /// No handler will run for this signal.
  private mutating func die(of pending: PendingSignal, _ masks: SignalMasks) {
    let past = caught[pending.thread] ?? .init()
    let facts = facts(pending.evidence)
    let setup = asking(pending.thread, masks).callAsFunction
    let signal = pending.evidence.signal
    let wasHandled = caught.values.contains {
      $0.signals.contains { $0.evidence.signal == signal }
    }
    die { machine throws(SystemError) in
      if let before = past.last, before.isRepeated(by: pending.evidence) {
        return try past.around(pending, machine: machine)
          + [ObservedFault(handled: before, as: .raisedAgain, machine: machine)]
      }
      let ownSetup = pending.evidence.isFault ? setup(pending.evidence.signal) : nil
      var fault = try ObservedFault(pending, handler: facts, setup: ownSetup, machine: machine)
      // Raised inside the handler, where it was blocked: it comes when the handler returns.
      if pending.evidence.isRaised, let before = past.atPlace(of: pending.evidence).last,
        before.evidence.isFault || before.evidence.systemCall != nil
      {
        let isSame = before.evidence.signal == pending.evidence.signal
        if isSame { fault.fault.outcome = nil }  // the first one's tells it
        let cause = try ObservedFault(
          handled: before, as: isSame ? .raisedAgain : .endedProcess, machine: machine)
        return try past.around(pending, machine: machine) + [cause, fault]
      }
      if fault.isUndelivered {
        let causes = try past.undelivered(
          at: pending.evidence, setup: setup, machine: machine)
        if !causes.isEmpty { fault.fault.isForced() }
        return try past.around(pending, machine: machine) + causes + [fault]
      }
      if fault.fault.cause?.kind == .restorerMissing,
        let returned = past.returning(to: pending.evidence)
      {
        let cause = try ObservedFault(handled: returned, as: nil, machine: machine)
        return [cause, fault]
      }
      let causes = fault.trace.map { past.beingHandled(in: $0) } ?? []
      if causes.contains(where: { $0.evidence.signal == pending.evidence.signal }),
        pending.evidence.isFault
      {
        fault.fault.isInsideHandler(isBlocked: ownSetup?.blocksItself == true)
      }
      if fault.fault.outcome == .gone {
        if wasHandled, ownSetup?.isForOneSignal == true {
          fault.fault.outcome = .usedOnce
        } else if causes.contains(where: {
          setup($0.evidence.signal)?.blocks(signal, blocked: masks.blocked) == true
        }) {
          fault.fault.wasBlocked()
        }
      }
      var handled = try CaughtSignals.handled(causes, machine: machine)
      if let called = causes.last, fault.isCall(ofHandlerFor: called) {
        handled[handled.count - 1].fault.handlerWasNoCode()
        // The same handler would have been called for it.
        if called.evidence.signal == signal { fault.fault.outcome = nil }
      }
      return handled + [fault]
    }
  }

  private func asking(_ thread: Int32, _ masks: SignalMasks) -> Asking {
    Asking(thread: thread, isFiltered: masks.isFiltered, ignored: ignoredAtStart)
  }

  private func facts(_ evidence: Evidence) -> HandlerFacts {
    HandlerFacts(
      isCaught: false, wasCaught: everCaught >> UInt64(evidence.signal.number - 1) & 1 == 1)
  }

  /// One of its threads ends the process: perhaps a handler does.
  mutating func isLeaving(by thread: Int32) {
    var registers = clab_registers()
    guard let past = caught[thread], clab_registers_of_thread(thread, &registers) == 0,
      let trace = unwind(registers, of: thread)
    else { return }
    let causes = past.beingHandled(in: trace)
    if causes.isEmpty { return }
    die { machine throws(SystemError) in
      var faults = try CaughtSignals.handled(causes, machine: machine)
      faults[faults.count - 1].fault.outcome = .endedProcess
      return faults
    }
  }

  /// One of its threads ends by this signal. If it is the one that it was to handle, and the thread
  /// has executed nothing since, then another thread's death has taken the handler away.
  mutating func isDying(_ thread: Int32, by signal: Signal, seenBy observer: Observer) {
    if signal == .sys, !hasGotSYS { wasFiltered(thread, by: observer) }
    var registers = clab_registers()
    guard fatal.isEmpty, let past = caught[thread], let cause = past.last,
      cause.evidence.signal == signal,
      clab_registers_of_thread(thread, &registers) == 0,
      cause.isStill(at: registers)
    else { return }
    die { machine throws(SystemError) in
      var fault = try ObservedFault(cause, handler: HandlerFacts(isCaught: true), machine: machine)
      fault.fault.outcome = .gone
      return try past.around(cause, machine: machine) + [fault]
    }
  }

  /// A seccomp filter kills by SIGSYS without letting anybody see that: for a system call of this
  /// thread, unless another's has ended the process.
  private mutating func wasFiltered(_ thread: Int32, by observer: Observer) {
    let masks = try? observer.masks.read(of: thread, in: process)
    guard filtered == nil, masks?.isFiltered == true,
      let call = observer.refusedCall(of: thread)
    else { return }
    var fault = try? ObservedFault(call, handler: facts(call.evidence), machine: machine)
    fault?.fault.outcome = nil  // no handler is asked
    filtered = fault
  }

  /// It has become another program, which knows nothing of what the old one got.
  mutating func executed() {
    journal = FaultJournal()
    caught = [:]
    everCaught = 0
    stackLimitAtStart = StackSizeSource.ResourceLimit(of: process)
    ignoredAtStart = ((try? SignalMasks(of: process, in: process)) ?? nil)?.ignored ?? 0
    fatal = []
    filtered = nil
    otherThreads = nil
    command = given ?? processArguments(of: process)
  }

  /// It has ended: what there is to tell, and how many faults it dealt with itself.
  mutating func result(
    _ termination: Termination, nothingIsLeft: Bool = false, names symbolicator: Symbolicator,
    errors others: [InstrumentError] = []
  ) -> (TrialResult, handledFaults: Int) {
    timeline.append(.init(event: .reaped, at: Double(clab_now() - started) / 1000))
    // A signal that came from elsewhere meanwhile, SIGKILL say, makes the last fault a mere event.
    if let last = fatal.last, !last.fault.explains(termination) { fatal = [] }
    if fatal.isEmpty, termination.signal == .sys, let filtered { fatal = [filtered] }
    var seen = TrialResult(command: command)
    seen.timeline = timeline
    seen.termination = termination
    seen.faults = fatal.map { $0.named(with: symbolicator) }
    if let otherThreads, !fatal.isEmpty {
      seen.threads = otherThreads.reports(by: .observer, with: symbolicator)
      seen.images = otherThreads.images
    }
    if let last = fatal.last {
      do {
        seen.death = DeathEvidence(
          termination: termination, threadsAtFault: last.threads.count,
          threadsAfter: nothingIsLeft ? 0 : try ProcessDirectory.threadsLeft(of: process),
          beats: .init(),
          waitersAfter: 0, controlProcessAlive: nil)
      } catch {
        errors.append(.notSeen(.remains, error))
      }
    }
    seen.instrumentErrors = errors + others
    let ofTheEnd = seen.faults.count {
      $0.handler?.isCaught == true && !$0.code.isSent && $0.signal.isFault
    }
    let handled = max(0, caughtFaults - ofTheEnd)
    if handled > 0 { seen.counters["faults handled by the program"] = handled }
    return (seen, handled)
  }
}
