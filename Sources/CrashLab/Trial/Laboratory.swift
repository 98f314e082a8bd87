internal import CHarness
package import CrashLabModel
internal import Glibc

/// Runs trials: one thread, one poll loop over channels, process descriptors and deadlines, so that
/// a fork is safe by construction and many trials run side by side.
public final class Laboratory {
  public struct Options: Sendable {
    /// Trials side by side.
    public var jobs: Int
    /// Seconds for a trial, where its case does not say otherwise.
    public var timeout: Double
    public var showOutput = false
    package var unwinding = Unwinding.folded
    /// Trace every trial, also those whose handler tells all: each fault has a second witness then,
    /// and a disagreement is an error of the laboratory.
    public var observeAll = false
    /// Count the bytes of alternate stack that the handler touches.
    public var measureHandlerStack = false
    /// Bytes of private writable memory that a child may have, what it has from the laboratory
    /// included (RLIMIT_DATA); 0: no limit.
    public var memoryLimit: UInt64 = 1 << 30
    /// Bytes that each file of a child may have (RLIMIT_FSIZE); 0: no limit.
    public var fileLimit: UInt64 = 64 << 20
    /// Names for every frame. Without it only the cases that expect names get them.
    public var naming = false
    /// What a child is executed again with whose case wants another stack limit; nil: as the command
    /// does it, `resume` and the case's name.
    var argumentsToResume: [String]?

    public init(jobs: Int = 1, timeout: Double = 10) {
      self.jobs = jobs
      self.timeout = timeout
    }
  }

  /// The run was stopped by a signal; everything that it had started is gone.
  public struct Interrupted: Error {
    public var signal: Signal
  }

  public let machine: Machine
  private let options: Options
  private let control: ControlProcess
  private let symbolicator = Symbolicator()
  private var freeBoards: [Board] = []
  private var live: [Trial] = []
  /// When the loop last saw all that has happened.
  private var lastLook: UInt64 = 0
  /// How often in a row a beat was looked for.
  private var looksForBeats = 0

  /// - Throws: TrialFailure if the options are out of range, SystemError if this machine refuses what
  ///   every trial needs.
  public init(options: Options, machine: Machine = .current()) throws {
    if options.jobs < 1 { throw TrialFailure(.jobsOutOfRange(options.jobs)) }
    guard options.timeout > 0, options.timeout <= 86400 else {
      throw TrialFailure(.timeoutOutOfRange(options.timeout))
    }
    try OwnProcess.mustBeSingleThreaded()
    self.options = options
    self.machine = machine
    try Laboratory.prepare()
    try Laboratory.mustBeAbleToConfine()
    control = try ControlProcess()
  }

  deinit { control.stop() }

  /// Makes sure of what every look at a child needs.
  public static func prepare() throws(SystemError) {
    guard readSmallBytes("/proc/self/maps")?.isEmpty == false else {
      throw SystemError(
        "read", "/proc/self/maps", for: .readProc)
    }
    let error = clab_laboratory_prepare()
    if error != 0 {
      throw SystemError(String(cString: clab_refused_call()), "for the laboratory", code: error)
    }
  }

  /// A child that can't be put into a group of its own, or be given limits, is not started.
  private static func mustBeAbleToConfine() throws(SystemError) {
    for index in 0..<CLAB_CONFINING_CALLS {
      let error = clab_try_call(index)
      if error != 0 {
        throw SystemError(
          String(cString: clab_call_name(index)), "for the children",
          code: error < 0 ? ENOSYS : error, for: .confineChildren)
      }
    }
  }

  /// Runs every trial of the plan and hands over each result as soon as it is there.
  ///
  /// - Throws: TrialFailure if this process has another thread by now, `SystemError` if the
  ///   laboratory can't go on, `Interrupted` after a signal, or what `body` throws. In each case no
  ///   child is left.
  public func run(
    _ plan: some Sequence<PlannedTrial>, result body: (TrialResult) throws -> Void
  ) throws {
    try OwnProcess.mustBeSingleThreaded()
    let interrupts = try InterruptSignals(children: true)
    let orphans = Orphans()
    var waiting = Array(plan)[...]
    lastLook = clab_now()
    defer {
      abandon()
      orphans.end(butNot: [control.process, symbolicator.process])
    }
    while !waiting.isEmpty || !live.isEmpty {
      while live.count < options.jobs, let next = waiting.popFirst() {
        if let result = try start(next) { try body(result) }
      }
      if live.isEmpty { continue }
      if let signal = try turn(interrupts) { throw Interrupted(signal: signal) }
      for trial in live where trial.isReaped {
        try body(trial.result(names: symbolicator))
      }
      freeBoards += live.filter(\.isReaped).map(\.board)
      let before = live.count
      live.removeAll(where: \.isReaped)
      if live.count < before {
        orphans.end(butNot: Set(live.map(\.process) + [control.process, symbolicator.process]))
      }
    }
  }

  /// Forks a trial, or reports at once that this machine can't run it.
  private func start(_ planned: PlannedTrial) throws -> TrialResult? {
    let needed = planned.case.expectation.needsSenders ? [CrashCase.Requirement.senders] : []
    for requirement in planned.case.requirements + needed {
      if let reason = requirement.unmet(on: machine) {
        return TrialResult(skipped: planned, reason)
      }
    }
    let board = try freeBoards.popLast() ?? Board()
    let forked = Result { () throws(SystemError) in
      try Trial(planned, board: board, options: options, machine: machine)
    }
    if case .failure(let error) = forked, planned.case.isObserved, error.isRefusal {
      freeBoards.append(board)
      return TrialResult(skipped: planned, .tracing(error))
    }
    live.append(try forked.get())
    return nil
  }

  /// Waits for whatever comes first and deals with it. Returns the signal that interrupts the run.
  private func turn(_ interrupts: borrowing InterruptSignals) throws(SystemError) -> Signal? {
    var descriptors = [pollfd(fd: interrupts.descriptor, events: Int16(POLLIN), revents: 0)]
    for trial in live {
      let (channel, process) = trial.descriptors
      descriptors.append(pollfd(fd: channel, events: Int16(POLLIN), revents: 0))
      descriptors.append(pollfd(fd: process, events: Int16(POLLIN), revents: 0))
    }
    let busy = clab_now() - lastLook
    for trial in live { trial.postpone(by: busy) }
    try system("poll", retryOnInterrupt: false) {
      poll(&descriptors, nfds_t(descriptors.count), patience())
    }
    lastLook = clab_now()
    while descriptors[0].revents != 0, let signal = interrupts.take() {
      if signal.number != SIGCHLD { return signal }
      for trial in live { trial.observe(machine: machine) }
    }
    for (index, trial) in live.enumerated() {
      if descriptors[1 + 2 * index].revents != 0 { trial.readChannel(machine: machine) }
      if descriptors[2 + 2 * index].revents != 0 {
        trial.reap(control: control, machine: machine)
      }
      trial.look(control: control, machine: machine)
    }
    return nil
  }

  /// Milliseconds to wait for a descriptor. No descriptor tells of a beat: it is looked for, at first
  /// by giving up the processor, then by short sleeps.
  private func patience() -> Int32 {
    if live.contains(where: \.awaitsBeat) {
      looksForBeats += 1
      if looksForBeats < 50 { sched_yield() } else { usleep(200) }
      return 0
    }
    looksForBeats = 0
    let nearest = live.map(\.nextLook).min() ?? 0
    let now = clab_now()
    return nearest > now ? Int32(clamping: (nearest - now) / 1_000_000 + 1) : 0
  }

  /// Ends what is still running: the run is over before its time.
  private func abandon() {
    for trial in live { trial.end(timedOut: false) }
    for trial in live {
      trial.reap(control: control, machine: machine)
      if !trial.isReaped { trial.dismiss() }
    }
    live = []
  }
}
