internal import CHarness
package import CrashLabModel
internal import Glibc

/// How the stacks of a program are looked at.
package struct StackOptions: Sendable {
  /// Fills stacks beforehand, so that their peaks are known to the byte.
  package var isExact: Bool
  /// Stops threads where they map and unmap memory: it may be a coroutine's stack.
  package var followsCoroutines: Bool
  /// How often it is looked at where threads are, times a second; nil: never.
  package var samplesPerSecond: Int?

  package init(
    isExact: Bool = false, followsCoroutines: Bool = false, samplesPerSecond: Int? = nil
  ) {
    self.samplesPerSecond = samplesPerSecond
    self.isExact = isExact
    self.followsCoroutines = followsCoroutines
  }
}

extension ForeignProgram {
  /// What the stacks of a run came to.
  package struct StacksOutcome: Sendable {
    package var report: StacksReport
    package var termination: Termination
    /// As a shell tells it: the program's own, or 128 and the signal's number.
    package var exitStatus: Int32 { termination.shellStatus }
  }

  /// Runs the program to its end and looks at the stack of every thread when the thread ends. Its
  /// descriptors and its terminal are this process's; it ends with this process.
  ///
  /// - Throws: SystemError if it can't be started or traced; TrialFailure if none is named, or if
  ///   this process has another thread, or a child.
  package func measureStacks(_ options: StackOptions, machine: Machine) throws -> StacksOutcome {
    if arguments.isEmpty { throw TrialFailure(.noCommand) }
    try OwnProcess.mustBeSingleThreaded()
    try OwnProcess.mustHaveNoChildren()
    let flags = CLAB_OBSERVE_EXECUTION.rawValue | CLAB_OBSERVE_LEAVING.rawValue
    let process = try spawn(flags, Tracer.current())
    let keys = TerminalKeys()
    defer { keys.restore() }

    var watch: StackWatch?
    var termination: Termination?
    var images: [String] = []
    var hasExecuted = false
    var stop = clab_observed_stop()
    if let rate = options.samplesPerSecond {
      let error = clab_observer_tick(UInt64(1_000_000 / max(1, rate)))
      if error != 0 { throw SystemError("setitimer", "for samples", code: error) }
    }
    defer { if options.samplesPerSecond != nil { clab_observer_tick(0) } }
    while termination == nil {
      let error = clab_observer_wait(0, true, &stop)
      if clab_observer_take_tick() { watch?.askForSamples() }
      if error == EINTR { continue }
      if error != 0 { break }
      var signal: Int32 = 0
      switch stop.kind {
      case CLAB_STOPPED_EXECUTED.rawValue where stop.thread == process:
        hasExecuted = watch != nil
        watch = try? StackWatch(process, options, pageSize: machine.pageSize)
      case CLAB_STOPPED_MAKING.rawValue:
        watch?.isMaking(stop.status, by: stop.thread)
      case CLAB_STOPPED_EVENT.rawValue where watch?.takesSample(of: stop.thread) == true:
        break
      case CLAB_STOPPED_EVENT.rawValue where stop.thread != process:
        // A process that clone(2) made without SIGCHLD is traced like a thread.
        if !clab_observer_is_of(stop.thread, process) {
          clab_observer_let_go(stop.thread)
          continue
        }
        watch?.begins(stop.thread)
      case CLAB_STOPPED_SIGNAL.rawValue:
        let isOurs = stop.signal == SIGTRAP && watch?.isAtBreakpoint(stop.thread) == true
        if !isOurs { signal = stop.signal }
      case CLAB_STOPPED_LEAVING.rawValue, CLAB_STOPPED_EXITING.rawValue:
        let isWhole =
          stop.kind == CLAB_STOPPED_LEAVING.rawValue
          || Termination(waitStatus: stop.status).signal != nil
        if isWhole {
          if images.isEmpty { images = watch?.images ?? [] }
          watch?.isLeaving(by: stop.thread)
        } else {
          watch?.ends(stop.thread)
        }
      case CLAB_STOPPED_ENDED.rawValue:
        if stop.thread == process { termination = Termination(waitStatus: stop.status) }
        continue
      default: break
      }
      clab_observer_resume(&stop, signal)
    }
    guard let termination else {
      throw SystemError("wait", arguments[0], code: ECHILD, for: .seeEnd)
    }
    watch?.ended()
    let report = watch.map { watch in
      var notes = watch.notes
      if hasExecuted { notes.insert(.executedAnother) }
      let symbolicator = Symbolicator(keepsProcess: false)
      return StacksReport(
        watch.tally, names: watch.names(with: symbolicator), images: images, limit: watch.limit,
        notes: notes, command: arguments, machine: machine,
        unwinds: watch.unwinds(with: symbolicator), samples: watch.samples)
    }
    return StacksOutcome(
      report: report
        ?? StacksReport(machine: machine, command: arguments, stacks: [], notes: [.endNotSeen]),
      termination: termination)
  }
}
