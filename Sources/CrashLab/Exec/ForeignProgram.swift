internal import CHarness
internal import Glibc

/// Any program, in any language, under the laboratory's eyes: unchanged and at full speed until a
/// signal of a fault or a trap is about to be delivered to one of its threads.
public struct ForeignProgram: Sendable {
  /// The program, searched for in PATH, and its arguments.
  public var arguments: [String]

  public init(_ arguments: [String]) { self.arguments = arguments }

  /// What came of a run.
  public struct Outcome: Sendable {
    /// `case` and `verdict` are null, `command` is the argument list.
    public var report: TrialReport
    /// Faults that the program has dealt with itself.
    public var handledFaults: Int
    /// As a shell tells it: the program's own, or 128 and the signal's number.
    public var exitStatus: Int32
  }

  /// A fault that may turn out to be what the program died of.
  private struct Suspect {
    var fault: FaultReport
    var trace: Trace?
    var mappings: [Mapping]
    var threads: Int
  }

  /// So many faults are looked at; a program that goes on faulting (a virtual machine) is only
  /// counted from then on.
  private static let mostLooks = 64

  /// Runs the program to its end. Its descriptors and its terminal are this process's.
  ///
  /// - Throws: `SystemError` if it can't be started or traced.
  public func run(machine: Machine = .current()) throws(SystemError) -> Outcome {
    clab_laboratory_prepare()
    let started = clab_now()
    let process = try spawn()
    // Ctrl-C and Ctrl-\ reach the program through the terminal; this process is to tell its end.
    let quiet = [SIGINT, SIGQUIT].map { ($0, signal($0, SIG_IGN)) }
    defer { for (number, before) in quiet { signal(number, before) } }

    let observer = Observer(process, unwinding: CLAB_UNWIND_FOLDED, leadsGroup: false)
    var journal = FaultJournal()
    var suspects: [Suspect] = []
    var caught = 0
    var timeline = [TrialReport.Event(event: .forked, at: 0)]
    while case .fault(let evidence)? = observer.next(wait: true) {
      let isCaught =
        SignalMasks(of: evidence.thread, in: process)?.catches(evidence.signal) ?? false
      switch journal.meaning(of: evidence, isCaught: isCaught) {
      case .repetition: break
      case .forcedKill(let index):
        if let index { suspects[index].fault.kernelKilled() }
      case .fault:
        caught += isCaught ? 1 : 0
        if suspects.count < ForeignProgram.mostLooks || !isCaught,
          let suspect = look(at: evidence, isCaught: isCaught, of: process, machine: machine)
        {
          journal.remember(evidence, as: suspects.count)
          suspects.append(suspect)
          timeline.append(.init(event: .fault, at: Double(evidence.caughtAt - started) / 1000))
        }
      }
      observer.deliver(to: evidence.thread)
    }
    let termination = observer.termination ?? .exited(127)
    timeline.append(.init(event: .reaped, at: Double(clab_now() - started) / 1000))
    return outcome(termination, suspects: suspects, caught: caught, timeline: timeline)
  }

  private func spawn() throws(SystemError) -> pid_t {
    var process: pid_t = 0
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in vector { free(argument) } }
    let error = clab_observer_spawn(&vector, CLAB_OBSERVE_THREADS.rawValue, &process)
    guard error == 0 else {
      let advice =
        switch error {
        case ENOENT: "is its name right, and is it in PATH?"
        case EACCES: "it is no program, or you may not execute it"
        case EPERM:
          "tracing is forbidden here (a container without SYS_PTRACE, or ptrace_scope 3); "
            + "`crashlab doctor` tells more"
        default: ""
        }
      throw SystemError("execute", printable(arguments[0]), code: error, advice: advice)
    }
    return process
  }

  private func look(
    at evidence: Evidence, isCaught: Bool, of process: pid_t, machine: Machine
  ) -> Suspect? {
    // After an overflow the stack pointer may have left the stack; the callers' frames have not.
    let witness = evidence.trace?.entries.first?.canonicalFrameAddress ?? evidence.stackPointer
    let pointer = Address(witness.value > 8 ? witness.value - 8 : 0)
    guard
      let layout = try? Layout.look(
        at: process, pointers: [evidence.thread: pointer], machine: machine),
      var photograph = try? Photograph.take(of: process, claims: [], machine: machine)
    else { return nil }
    photograph.stacks = layout.uses.map(\.stack.region)
    var fault = FaultReport(evidence, photograph, machine: machine, trial: process)
    fault.handled = isCaught
    fault.handler = HandlerFacts(
      isInstalled: isCaught, isCaught: isCaught, isIgnored: false, isBlocked: nil,
      isInHandler: false, usesAlternateStack: nil, alternateStack: nil,
      alternateStackIsKnown: false, hasRun: false, forcedKill: false)
    return Suspect(
      fault: fault, trace: evidence.trace, mappings: photograph.mappings,
      threads: photograph.threads.count)
  }

  /// What the program died of: its last fault, and the one that its handler was dealing with.
  private func outcome(
    _ termination: Termination, suspects: [Suspect], caught: Int,
    timeline: [TrialReport.Event]
  ) -> Outcome {
    var seen = Observation()
    seen.termination = termination
    var fatal: [Suspect] = []
    if termination.kind == .signal, let last = suspects.last {
      let before = suspects.dropLast().last
      let isCause =
        before.map {
          $0.fault.handled && !last.fault.handled && $0.fault.thread.id == last.fault.thread.id
        } ?? false
      fatal = isCause ? [before!, last] : [last]
      seen.death = DeathEvidence(
        termination: termination, threadsAtFault: last.threads, threadsAfter: 0, beats: .init(),
        waitersAfter: 0, controlProcessAlive: true)
    }
    let symbolicator = Symbolicator()
    seen.faults = fatal.map { suspect in
      var fault = suspect.fault
      if let handler = fault.handler { fault.reason = handler.reason(for: fault.signal) }
      if let trace = suspect.trace {
        fault.name(trace, in: suspect.mappings, with: symbolicator)
      }
      return fault
    }
    let handled = max(0, caught - fatal.count { $0.fault.handled })
    if handled > 0 { seen.counters["faults handled by the program"] = handled }
    return Outcome(
      report: TrialReport(command: arguments, seen: seen, timeline: timeline),
      handledFaults: handled,
      exitStatus: termination.exitStatus ?? 128 + (termination.signal?.number ?? 0))
  }
}
