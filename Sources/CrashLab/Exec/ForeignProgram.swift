internal import CHarness
package import CrashLabModel
internal import Glibc

/// Any program, in any language, under the laboratory's eyes: unchanged and at full speed until a
/// signal is about to be delivered to one of its threads.
public struct ForeignProgram: Sendable {
  /// The program, searched for in PATH, and its arguments.
  public var arguments: [String]
  /// Also looks at the processes that it starts, and waits until all of them have ended.
  public var followsForks: Bool

  public init(_ arguments: [String], followsForks: Bool = false) {
    self.arguments = arguments
    self.followsForks = followsForks
  }

  /// What came of a run.
  public struct Outcome: Sendable {
    /// `case` and `verdict` are null, `command` is the argument list.
    public var result: TrialResult
    package var machine: Machine
    /// Of the processes that it has started, those that crashed, in the order of their ends.
    public var descendants: [TrialResult]
    /// Programs that ran otherwise than without the laboratory, the first few.
    package var curtailed: [CurtailedProgram]
    /// Faults that the program has dealt with itself.
    public var handledFaults: Int
    /// Threads that a seccomp filter has ended (SECCOMP_RET_KILL_THREAD); the program went on.
    package var threadsRefused: Int
    /// As a shell tells it: the program's own, or 128 and the signal's number.
    public var exitStatus: Int32
  }

  /// Runs the program to its end. Its descriptors and its terminal are this process's.
  ///
  /// - Parameter machine: is asked once the program runs, which does not wait for it.
  /// - Throws: `SystemError` if it can't be started or traced; TrialFailure if none is named, or if
  ///   this process has another thread, or a child.
  public func run(machine: () -> Machine = { .current(trying: false) }) throws -> Outcome {
    if arguments.isEmpty { throw TrialFailure(.noCommand) }
    try OwnProcess.mustBeSingleThreaded()
    try OwnProcess.mustHaveNoChildren()
    try OwnProcess.mustSeeOthers()
    let scope = Observer.Scope.program(
      followsForks: followsForks, isOutlived: clab_observer_who_passes_on() != getpid())
    let tracer = Tracer.current()
    let process = try spawn(scope.flags, tracer)
    let keys = TerminalKeys()
    defer { keys.restore() }
    let machine = machine()

    let observer = Observer(process, scope: scope)
    // The observer waits for any child: a naming process that stays would be one more.
    let symbolicator = Symbolicator(keepsProcess: false)
    var watched = [process: WatchedProcess(process, command: arguments, machine: machine)]
    var inits = NamespaceInit()
    var first: (TrialResult, handledFaults: Int)?
    var descendants: [TrialResult] = []
    var curtailed: [CurtailedProgram] = []
    func with(_ process: pid_t, _ body: (inout WatchedProcess) -> Void) {
      body(&watched[process, default: WatchedProcess(process, machine: machine)])
    }
    while let event = observer.next(wait: true) {
      switch event {
      case .signal(let pending):
        with(pending.evidence.process) { $0.saw(pending, by: observer) }
        if inits.diesOnlyUntraced(of: pending.evidence) {
          observer.dieUntraced(pending.thread)
        } else {
          observer.goOn(pending.thread)
        }
      case .leaving(let thread, let process):
        with(process) { $0.isLeaving(by: thread) }
        observer.goOn(thread)
      case .dying(let thread, let process, let signal):
        with(process) { $0.isDying(thread, by: signal, seenBy: observer) }
        observer.goOn(thread)
      case .executed(let process):
        with(process) { $0.executed() }
        if let program = CurtailedProgram(process, by: tracer), curtailed.count < 16 {
          curtailed.append(program)
        }
        observer.goOn(process)
      case .ended(let ended, let termination, let letGo):
        inits.ended(ended)
        guard var gone = watched.removeValue(forKey: ended) else { continue }
        let told = gone.result(
          termination, nothingIsLeft: letGo, names: symbolicator,
          errors: ended == process ? observer.errors : [])
        if ended == process {
          first = told
        } else if !told.0.faults.isEmpty {
          descendants.append(told.0)
        }
      }
    }
    guard case (var result, let handledFaults)? = first, let termination = observer.termination
    else {
      throw SystemError(
        "wait", arguments[0], code: ECHILD, for: .seeEnd)
    }
    let threadsRefused = termination.signal == .sys ? 0 : observer.threadsRefused
    if threadsRefused > 0 { result.counters["threads killed by a seccomp filter"] = threadsRefused }
    return Outcome(
      result: result, machine: machine, descendants: descendants, curtailed: curtailed,
      handledFaults: handledFaults,
      threadsRefused: threadsRefused, exitStatus: termination.shellStatus)
  }

  /// - Parameter flags: `clab_observer_flags`.
  func spawn(_ flags: UInt32, _ tracer: Tracer) throws(SystemError) -> pid_t {
    if let objection = ProgramFile(named: arguments[0])?.objection(to: tracer) {
      let code = objection == .is32Bit ? ENOEXEC : EACCES
      throw SystemError("execute", arguments[0], code: code, for: .runProgram(objection))
    }
    var process: pid_t = 0
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in vector { free(argument) } }
    let error = clab_observer_spawn(&vector, flags, &process)
    if error != 0 { throw SystemError("execute", arguments[0], code: error, for: .traceProgram) }
    return process
  }
}
