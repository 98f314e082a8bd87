internal import CHarness
internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// One run of a case in a child process: forked, armed, faulted, parked, released, reaped.
final class Trial {
  enum State { case running, parked, reaped }

  let planned: PlannedTrial
  let board: Board
  let process: pid_t
  let pidfd: CInt
  private let observer: Observer?
  private var journal = FaultJournal()
  private(set) var channel: CInt
  /// Nanoseconds, until it is armed and afterwards.
  private let patience: (toArm: UInt64, afterwards: UInt64)
  private var releasedAt: UInt64 = 0
  /// Nanoseconds that the laboratory was busy while this trial ran.
  private var postponed: UInt64 = 0
  /// When the child was armed, as it was first seen; it may write to the board what it likes later.
  private var armedAt: UInt64 = 0

  private(set) var state = State.running
  private let forkedAt: UInt64
  private var seen: TrialResult
  /// What the faults' frames are named from, one for each.
  private var unwound: [(trace: Trace?, mappings: [Mapping], files: MappedFiles)] = []
  private var beats = DeathEvidence.Beats()
  private var threadsAtFault: Int?
  private var skipReason: SkipReason?
  private let expectation: Expectation
  /// Whether the frames get names.
  private let isNamed: Bool
  private var timedOut = false

  private var messages = 0

  /// A child that faults and recovers for ever is ended: after so many it may only die.
  private static let mostMessages = 16

  /// Forks the child. In the child this does not return.
  init(_ planned: PlannedTrial, board: Board, options: Laboratory.Options, control: ControlProcess)
    throws(SystemError)
  {
    self.planned = planned
    seen = TrialResult(case: planned.case.name, attempt: planned.attempt)
    expectation = planned.case.expectation.reduced(for: options.unwinding)
    isNamed = options.naming || expectation.needsNames
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
    forkedAt = clab_now()
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
    patience = (timeout, planned.case.deadline.map { UInt64($0 * 1e9) } ?? timeout)
    record(.forked, at: forkedAt)
  }

  /// When it is ended, CLOCK_MONOTONIC nanoseconds. A case's own time begins when the child is armed
  /// and the faults that it is about have been looked at: a busy machine must not use it up before.
  var deadline: UInt64 {
    if armedAt == 0 { armedAt = min(board.armedAt, clab_now()) }
    let begun = max(armedAt, releasedAt)
    let isOnItsWay = begun == 0 || seen.faults.count < expectation.faults.count
    return (isOnItsWay ? max(begun, forkedAt) + patience.toArm : begun + patience.afterwards)
      + postponed
  }

  /// When to look at its deadline again.
  var nextLook: UInt64 {
    // What was killed is told by its descriptor; it must not be waited for busily.
    timedOut ? clab_now() + 100_000_000 : min(deadline, clab_now() + patience.afterwards)
  }

  private func record(_ event: TrialReport.Event.Kind, at time: UInt64) {
    guard time >= forkedAt else { return }
    seen.timeline.append(.init(event: event, at: Double(time - forkedAt) / 1000))
  }

  // MARK: - While it lives

  /// The channel has something to say: a message, garbage, or its end.
  func readChannel(machine: Machine) {
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
    state = .parked
    switch message {
    case .fault(let evidence):
      let witnessed = journal.handlerRan(for: evidence)
      if observer != nil && evidence.process == process {
        compare(witnessed?.seen, with: evidence)
      }
      if let index = witnessed?.index {
        seen.faults[index].handlerRan(access: evidence.access)
      } else {
        record(.fault, at: evidence.caughtAt)
        record(.parked, at: evidence.sentAt)
        inspect(evidence, machine: machine)
      }
    case .finished(let time):
      record(.parked, at: time)
      seen.finished = true
      inspect(nil, machine: machine)
    case .skipped: skipReason = .told(board.reason)
    case .failed(let error):
      // A child that has lost its board has only this to tell.
      let reason = board.reason
      seen.instrumentErrors.append(
        reason.isEmpty ? .childFailed(code: error) : .childSaid(reason))
    }
    release()
  }

  /// Looks at the parked child from outside.
  private func inspect(_ evidence: Evidence?, machine: Machine) {
    beats.before = board.beats()
    board.ring()
    do {
      let photographed = evidence?.process ?? process
      let photograph = try Photograph.take(
        of: photographed, startedBy: photographed == process ? nil : process,
        claims: board.stackClaims(), machine: machine)
      if photographed == process { threadsAtFault = photograph.threads.count }
      if let evidence {
        seen.faults.append(
          Fault.assemble(
            evidence, photograph,
            handler: evidence.source == .observer ? handlerFacts(evidence, photograph) : nil,
            in: .init(
              process: process, laboratory: getpid(), nullLimit: machine.lowestMappable,
              instruction: evidence.instruction, signalFrameSize: machine.minimumSignalStack)))
        let files =
          isNamed
          ? MappedFiles(of: evidence.trace, in: photograph.mappings, of: photographed)
          : MappedFiles()
        unwound.append((evidence.trace, photograph.mappings, files))
      }
    } catch {
      seen.instrumentErrors.append(.notSeen(.parkedChild, error))
    }
    _ = waitUntil(patience: 1) { zip(beats.before, board.beats()).allSatisfy(<) }
    beats.parked = board.beats()
  }

  private func release() {
    var answer = CChar(
      bitPattern: UInt8(
        messages < Trial.mostMessages ? CLAB_GO_ON.rawValue : CLAB_GO_DIE.rawValue))
    releasedAt = clab_now()
    record(.released, at: releasedAt)
    _ = send(channel, &answer, 1, CInt(MSG_NOSIGNAL))
    state = .running
  }

  /// A child that talks nonsense is not asked again.
  private func distrust(_ error: InstrumentError) {
    seen.instrumentErrors.append(error)
    closeChannel()
  }

  private func closeChannel() {
    if channel >= 0 { close(channel) }
    channel = -1
  }

  // MARK: - Seen from outside

  /// Whether the observer tells the faults. Otherwise the handler does, and the observer is a witness.
  private var tells: Bool { planned.case.isObserved }

  /// Something has happened to a child: to this one, if it is traced.
  func observe(machine: Machine) {
    while let event = observer?.next() { take(event, machine: machine) }
    if observer?.errors.isEmpty == false { killGroup() }  // a thread may stand for ever
  }

  private func signalMasks(of thread: Int32) -> SignalMasks? {
    do {
      return try SignalMasks(of: thread, in: process)
    } catch {
      seen.instrumentErrors.append(.notSeen(.signalMasks, error))
      return nil
    }
  }

  private func take(_ event: Observer.Event, machine: Machine) {
    guard case .signal(let evidence) = event else { return }
    let isCaught = signalMasks(of: evidence.thread)?.catches(evidence.signal) ?? false
    switch journal.meaning(of: evidence, isCaught: isCaught) {
    case .repetition: break
    case .forcedKill(let index):
      if let index { seen.faults[index].kernelKilled() }
    case .fault:
      journal.remember(evidence, as: tells ? report(evidence, machine: machine) : nil)
    }
    observer?.goOn(evidence.thread)
  }

  /// Reports a fault that was seen from outside; its number, or nil if it could not be looked at.
  private func report(_ evidence: Evidence, machine: Machine) -> Int? {
    let number = seen.faults.count
    record(.fault, at: evidence.caughtAt)
    record(.parked, at: evidence.sentAt)
    inspect(evidence, machine: machine)
    releasedAt = clab_now()
    record(.released, at: releasedAt)
    return seen.faults.count > number ? number : nil
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
    guard let outside else {
      return seen.instrumentErrors.append(.observerMissedFault)
    }
    if let difference = outside.difference(from: inside) {
      seen.instrumentErrors.append(.witnessesDisagree(difference))
    }
  }

  // MARK: - Its end

  /// The laboratory was busy for so long (nanoseconds): no child is charged for that.
  func postpone(by duration: UInt64) { postponed += duration }

  /// The deadline has come, or the laboratory is interrupted.
  func end(timedOut: Bool) {
    self.timedOut = timedOut
    killGroup()
  }

  private func killGroup() {
    kill(-process, SIGKILL)
    kill(process, SIGKILL)
  }

  /// The process has ended: takes its status and counts what is left of it.
  func reap(control: ControlProcess, machine: Machine) {
    while channel >= 0 && pendingMessage() {}
    while let event = observer?.next(wait: true) { take(event, machine: machine) }
    seen.instrumentErrors += observer?.errors ?? []
    var information = siginfo_t()
    let result = Result { () throws(SystemError) in
      if let ended = observer?.termination { return ended }
      try system("waitid", planned.case.name) {
        waitid(P_PIDFD, id_t(pidfd), &information, WEXITED)
      }
      return Termination(information)
    }
    record(.lastBeat, at: board.lastBeat)
    record(.reaped, at: clab_now())
    state = .reaped
    switch result {
    case .success(let termination):
      // It may have ended by itself just before.
      seen.termination = timedOut && termination.signal == .kill ? .deadline : termination
    case .failure(let error):
      seen.instrumentErrors.append(.callFailed(error))
    }
    collectDeathEvidence(control: control)
    kill(-process, SIGKILL)  // whatever the case has started and left
    closeChannel()
    close(pidfd)
  }

  /// A message that came together with the end is a message all the same, but nobody is parked.
  private func pendingMessage() -> Bool {
    var byte: UInt8 = 0
    let count = recv(channel, &byte, 1, CInt(MSG_DONTWAIT | MSG_TRUNC))
    if count > 0 { seen.instrumentErrors.append(.diedBeforeAnswer) }
    return count > 0
  }

  private func collectDeathEvidence(control: ControlProcess) {
    guard let termination = seen.termination else { return }
    beats.after = board.beats()
    let waiters = board.ring()
    var threadsLeft = 0
    do { threadsLeft = try ProcessDirectory.threadsLeft(of: process) } catch {
      seen.instrumentErrors.append(.notSeen(.remains, error))
    }
    if let harm = control.mend() { seen.instrumentErrors.append(harm) }
    let controlAlive = control.isBeating()
    beats.afterAgain = board.beats()
    seen.death = DeathEvidence(
      termination: termination, threadsAtFault: threadsAtFault,
      threadsAfter: threadsLeft, beats: beats, waitersAfter: waiters,
      controlProcessAlive: controlAlive)
    seen.corruption = board.corruption()
    seen.counters = board.counters()
    let reason = board.reason
    seen.told = reason.isEmpty ? nil : reason
    // One fault is told at a time: what else came to the handler is counted.
    if board.handlerEntries != seen.faults.count(where: \.handled) {
      seen.counters["handler entries"] = board.handlerEntries
    }
  }

  /// What came of a trial that was reaped.
  func result(names symbolicator: Symbolicator) -> TrialResult {
    if isNamed {
      for (index, (trace, mappings, files)) in unwound.enumerated() {
        guard let trace else { continue }
        seen.faults[index].name(trace, in: mappings, files: files, with: symbolicator)
      }
    }
    if board.armedAt == 0 && skipReason == nil && seen.instrumentErrors.isEmpty {
      seen.instrumentErrors.append(.neverArmed(seen.termination))
    }
    if board.armedAt > 0 { record(.armed, at: board.armedAt) }
    seen.timeline.sort { $0.at < $1.at }
    seen.judgement =
      skipReason.map { .skipped($0) } ?? Judgement.judge(expectation, seen: seen)
    return seen
  }
}
