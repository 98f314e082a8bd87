internal import CHarness
internal import CrashLabModel
internal import Glibc

/// One run of a case in a child process, from its fork until it is reaped. Nothing here waits: what
/// takes its time is a state, and `look` goes on from it when its moment has come.
final class Trial {
  enum State {
    /// Forked, and armed in time: it has nothing to tell at the moment.
    case running
    /// It stands at a fault or at its body's end, until its bystanders have beaten, or until then.
    case parked(until: UInt64, Release)
    /// Its process has ended; the control process is asked for a beat, until then.
    case ended(until: UInt64, ControlProcess.Question)
    case reaped
  }

  /// How a child that stands is let go.
  enum Release {
    case answer
    case observed(thread: Int32)
  }

  let planned: PlannedTrial
  let board: Board
  let process: pid_t
  private let pidfd: CInt
  private let observer: Observer?
  private var journal = FaultJournal()
  private var recorder: TrialRecorder
  private var channel: CInt
  private var clock: TrialClock

  private(set) var state = State.running
  private let faultsExpected: Int
  private var timedOut = false

  private var messages = 0

  /// A child that faults and recovers for ever is ended: after so many it may only die.
  private static let mostMessages = 16
  /// Nanoseconds for a beat of those who live; a busy machine may need some.
  private static let patienceForBeats: UInt64 = 1_000_000_000
  private static let patienceForControl: UInt64 = 2_000_000_000

  /// Forks the child. In the child this does not return.
  init(
    _ planned: PlannedTrial, board: Board, options: Laboratory.Options, machine: Machine
  ) throws(SystemError) {
    self.planned = planned
    let expectation = planned.case.expectation.resolved(on: machine)
      .reduced(for: options.unwinding)
    faultsExpected = expectation.faults.count
    self.board = board
    board.reset()
    let isObserved = planned.case.isObserved || options.observeAll
    var setup = clab_trial_setup(
      board: board.memory, board_descriptor: board.descriptor,
      unwinding: options.unwinding.harnessMode.rawValue, memory_limit: options.memoryLimit,
      file_limit: options.fileLimit, show_output: options.showOutput,
      observed: isObserved, measure_handler_stack: options.measureHandlerStack)
    var channel: CInt = -1
    var pidfd: CInt = -1
    let forkedAt = clab_now()
    process = clab_fork_trial(&setup, &channel, &pidfd)
    guard process >= 0 else {
      throw SystemError(String(cString: clab_refused_call()), "for \(planned.case.name)")
    }
    if process == 0 {
      planned.case.executeAgain(arguments: options.argumentsToResume)
      planned.case.live()
    }
    self.channel = channel
    self.pidfd = pidfd
    observer =
      isObserved
      ? Observer(process, scope: .trial(process, unwinding: options.unwinding.harnessMode)) : nil
    let timeout = UInt64(options.timeout * 1e9)
    clock = TrialClock(
      forkedAt: forkedAt,
      patience: (timeout, planned.case.deadline.map { UInt64($0 * 1e9) } ?? timeout))
    recorder = TrialRecorder(
      planned, process: process, board: board, forkedAt: forkedAt, expectation: expectation,
      isNamed: options.naming)
  }

  // MARK: - In the loop

  /// What is waited for in this state: nothing of a child that stands, only the clock.
  var descriptors: (channel: CInt, process: CInt) {
    switch state {
    case .running: (channel, pidfd)
    case .parked: (-1, pidfd)
    case .ended, .reaped: (-1, -1)
    }
  }

  /// Whether another process is about to do what is waited for, and no descriptor will tell.
  var awaitsBeat: Bool {
    switch state {
    case .parked, .ended: true
    case .running, .reaped: false
    }
  }

  var isReaped: Bool { if case .reaped = state { true } else { false } }

  private var deadline: UInt64 {
    clock.sawArming(at: board.armedAt, now: clab_now())
    return clock.deadline(faultsAreMissing: recorder.seen.faults.count < faultsExpected)
  }

  /// When to look again, if nothing has happened until then.
  var nextLook: UInt64 {
    // What was killed is told by its descriptor; it must not be waited for busily.
    timedOut ? clab_now() + 100_000_000 : min(deadline, clab_now() + clock.patience.afterwards)
  }

  /// The laboratory was busy for so long (nanoseconds): no child is charged for that.
  func postpone(by duration: UInt64) { clock.postpone(by: duration) }

  /// Goes on from a state that time or a beat has ended.
  func look(control: ControlProcess, machine: Machine) {
    switch state {
    case .running:
      if clab_now() >= deadline, timedOut || !isStarved { end(timedOut: true) }
    case .parked(let until, let release):
      if recorder.haveBeaten {
        self.release(release, machine: machine)
      } else if clab_now() >= until {
        // Not asleep, but not yet given a processor to beat on.
        if clock.extend(isRunnable: Starvation.hasRunnableThread(process)) {
          state = .parked(until: clab_now() + Trial.patienceForBeats, release)
        } else {
          self.release(release, machine: machine)
        }
      }
    case .ended(let until, let question):
      let isBeating = control.hasAnswered(question)
      if isBeating {
        close(controlProcessAlive: true)
      } else if clab_now() >= until {
        if clock.extend(isRunnable: Starvation.hasRunnableThread(control.process)) {
          state = .ended(until: clab_now() + Trial.patienceForControl, question)
        } else {
          close(controlProcessAlive: false)
        }
      }
    case .reaped: break
    }
  }

  /// Its time has passed, and it could not use it; it gets as much again.
  private var isStarved: Bool {
    clock.extendDeadline(
      isRunnable: Starvation.hasRunnableThread(process),
      processorTime: Starvation.processorTime(of: process) ?? .max)
  }

  // MARK: - While it lives

  /// The channel has something to say: a message, garbage, or its end.
  func readChannel(machine: Machine) {
    guard case .running = state else { return }
    let result: Result<ChildMessage, Garbled>? = withUnsafeTemporaryAllocation(
      byteCount: ChildMessage.size + 1, alignment: 16
    ) { buffer in
      var sender: pid_t = 0
      let count = clab_receive(channel, buffer.baseAddress, buffer.count, &sender)
      if count < 0 && (errno == EAGAIN || errno == EINTR) { return nil }
      if count <= 0 {
        closeChannel()
        return nil
      }
      return Result { () throws(Garbled) in
        guard sender == process || getpgid(sender) == process else {
          throw Garbled.stranger(sender)
        }
        return try ChildMessage(
          UnsafeRawBufferPointer(rebasing: buffer[..<count]), sender: sender)
      }
    }
    switch result {
    case .success(let message): take(message, machine: machine)
    case .failure(let garbled): distrust(.childSent(garbled))
    case nil: break
    }
  }

  private func take(_ message: ChildMessage, machine: Machine) {
    messages += 1
    guard messages <= Trial.mostMessages else {
      return distrust(.childSentTooMuch(most: Trial.mostMessages))
    }
    switch message {
    case .fault(let evidence):
      let witnessed = journal.handlerRan(for: evidence)
      if observer != nil && evidence.process == process {
        compare(witnessed?.seen, with: evidence)
      }
      if let index = witnessed?.index {
        recorder.handlerRan(for: index, access: evidence.access)
        return release(.answer, machine: machine)
      }
      recorder.event(.fault, at: evidence.caughtAt)
      recorder.event(.parked, at: evidence.sentAt)
      park(.answer)
      _ = recorder.photograph(evidence, machine: machine) { _ in nil }
    case .finished(let time):
      recorder.event(.parked, at: time)
      recorder.finished()
      park(.answer)
      _ = recorder.photograph(nil, machine: machine) { _ in nil }
    case .skipped:
      recorder.skipped(.told(board.reason))
      release(.answer, machine: machine)
    case .failed(let error):
      // A child that has lost its board has only this to tell.
      let reason = board.reason
      recorder.note(reason.isEmpty ? .childFailed(code: error) : .childSaid(reason))
      release(.answer, machine: machine)
    }
  }

  private func park(_ release: Release) {
    recorder.beginParking()
    state = .parked(until: clab_now() + Trial.patienceForBeats, release)
  }

  private func release(_ release: Release, machine: Machine) {
    if case .parked = state { recorder.endParking() }
    let now = clab_now()
    clock.released(at: now)
    recorder.event(.released, at: now)
    state = .running
    switch release {
    case .answer:
      var answer = CChar(
        bitPattern: UInt8(
          messages < Trial.mostMessages ? CLAB_GO_ON.rawValue : CLAB_GO_DIE.rawValue))
      _ = send(channel, &answer, 1, CInt(MSG_NOSIGNAL))
    case .observed(let thread): observer?.goOn(thread)
    }
    // What came meanwhile was left where it was.
    observe(machine: machine)
  }

  /// A child that talks nonsense is not asked again.
  private func distrust(_ error: InstrumentError) {
    recorder.note(error)
    closeChannel()
  }

  private func closeChannel() {
    if channel >= 0 { Glibc.close(channel) }
    channel = -1
  }

  // MARK: - Seen from outside

  /// Whether the observer tells the faults. Otherwise the handler does, and the observer is a witness.
  private var tells: Bool { planned.case.isObserved }

  /// Something has happened to a child: to this one, if it is traced.
  func observe(machine: Machine) {
    while case .running = state, let event = observer?.next() { take(event, machine: machine) }
    if observer?.errors.isEmpty == false { killGroup() }  // a thread may stand for ever
  }

  private func signalMasks(of thread: Int32) -> SignalMasks? {
    do {
      return try SignalMasks(of: thread, in: process)
    } catch {
      recorder.note(.notSeen(.signalMasks, error))
      return nil
    }
  }

  private func take(_ event: Observer.Event, machine: Machine) {
    guard case .signal(let pending) = event else { return }
    let evidence = pending.evidence
    let isCaught = signalMasks(of: evidence.thread)?.catches(evidence.signal) ?? false
    switch journal.meaning(of: evidence, isCaught: isCaught) {
    case .repetition: break
    case .forcedKill(let index):
      if let index { recorder.kernelKilled(at: index) }
    case .fault where tells:
      recorder.event(.fault, at: evidence.caughtAt)
      recorder.event(.parked, at: evidence.sentAt)
      park(.observed(thread: evidence.thread))
      let number = recorder.photograph(evidence, machine: machine) {
        handlerFacts(evidence, $0)
      }
      return journal.remember(evidence, as: number)
    case .fault: journal.remember(evidence, as: nil)
    }
    observer?.goOn(evidence.thread)
  }

  /// What is known of the handler for a fault that the observer has seen.
  private func handlerFacts(_ evidence: Evidence, _ photograph: Photograph) -> HandlerFacts {
    let masks = signalMasks(of: evidence.thread)
    let isCaught = masks?.catches(evidence.signal) ?? false
    let alternate = board.stackClaims().last {
      $0.kind == .alternateStack && $0.thread == evidence.thread
    }
    return HandlerFacts(
      isInstalled: isCaught || board.isArmed(with: CLAB_ARMED_HANDLER), isCaught: isCaught,
      isIgnored: evidence.signal == .segv && board.isArmed(with: CLAB_ARMED_IGNORED),
      isBlocked: board.isArmed(with: CLAB_ARMED_BLOCKED),
      isInHandler: journal.isInHandler(evidence.thread)
        && alternate.map { $0.isNear(evidence.stackPointer) } ?? true,
      usesAlternateStack: board.isArmed(with: CLAB_ARMED_ONSTACK),
      alternateStack: alternate.map {
        .init($0, mappings: photograph.mappings, frameNeeds: clab_minimum_signal_stack())
      }, alternateStackIsKnown: true, hasRun: false, forcedKill: false)
  }

  /// Two witnesses of one fault, who must agree.
  private func compare(_ outside: Evidence?, with inside: Evidence) {
    guard let outside else { return recorder.note(.observerMissedFault) }
    if let difference = outside.difference(from: inside) {
      recorder.note(.witnessesDisagree(difference))
    }
  }

  // MARK: - Its end

  /// The deadline has come, or the laboratory is interrupted.
  func end(timedOut: Bool) {
    self.timedOut = timedOut
    killGroup()
  }

  private func killGroup() {
    kill(-process, SIGKILL)
    kill(process, SIGKILL)
  }

  /// The process has ended: takes its status, counts what is left of it and asks the control process.
  func reap(control: ControlProcess, machine: Machine) {
    switch state {
    case .running: break
    case .parked(_, let release): self.release(release, machine: machine)
    case .ended, .reaped: return
    }
    while channel >= 0 && pendingMessage() {}
    while let event = observer?.next(wait: true) {
      take(event, machine: machine)
      // It stands no more: nobody will beat.
      if case .parked(_, let release) = state { self.release(release, machine: machine) }
    }
    for error in observer?.errors ?? [] { recorder.note(error) }
    if let harm = control.mend() { recorder.note(harm) }
    let question = control.ask()  // it is woken while the rest is looked at
    recorder.ended(termination())
    state = .ended(until: clab_now() + Trial.patienceForControl, question)
  }

  /// Nil if its status was not to be had.
  private func termination() -> Termination? {
    var information = siginfo_t()
    do {
      if observer?.termination == nil {
        try system("waitid", planned.case.name) {
          // Its number stays taken until its group is killed.
          waitid(P_PIDFD, id_t(pidfd), &information, WEXITED | WNOWAIT)
        }
      }
      let ending = observer?.termination ?? Termination(information)
      // It may have ended by itself just before.
      return timedOut && ending.signal == .kill ? .deadline : ending
    } catch {
      recorder.note(.callFailed(error))
      return nil
    }
  }

  private func close(controlProcessAlive: Bool) {
    recorder.closed(controlProcessAlive: controlProcessAlive)
    dismiss()
  }

  /// Nothing more is to be learnt from it.
  func dismiss() {
    if observer?.termination == nil {
      kill(-process, SIGKILL)  // whatever the case has started and left
      while waitpid(process, nil, 0) < 0 && errno == EINTR {}
    }
    closeChannel()
    Glibc.close(pidfd)
    state = .reaped
  }

  /// A message that came together with the end is a message all the same, but nobody is parked.
  private func pendingMessage() -> Bool {
    var byte: UInt8 = 0
    let count = recv(channel, &byte, 1, CInt(MSG_DONTWAIT | MSG_TRUNC))
    if count > 0 { recorder.note(.diedBeforeAnswer) }
    return count > 0
  }

  /// What came of a trial that was reaped.
  func result(names symbolicator: Symbolicator) -> TrialResult {
    recorder.result(names: symbolicator)
  }
}
