internal import CHarness
internal import CrashLabModel
internal import Glibc
internal import ObjectFiles

/// What is seen of one trial, and when: it looks and writes down, and decides nothing.
struct TrialRecorder {
  private(set) var seen: TrialResult
  private let process: pid_t
  private let board: Board
  private let forkedAt: UInt64
  /// Whether the frames get names.
  private let isNamed: Bool
  private let expectation: Expectation
  /// What the faults' frames are named from, one for each.
  private var unwound: [(trace: Trace?, mappings: [Mapping], files: MappedFiles)] = []
  private var beats = DeathEvidence.Beats()
  private var threadsAtFault: Int?
  private var threadsLeft = 0
  private var waitersAfter = 0
  private var skipReason: SkipReason?

  init(
    _ planned: PlannedTrial, process: pid_t, board: Board, forkedAt: UInt64,
    expectation: Expectation, isNamed: Bool
  ) {
    seen = TrialResult(case: planned.case.name, attempt: planned.attempt)
    self.process = process
    self.board = board
    self.forkedAt = forkedAt
    self.expectation = expectation
    self.isNamed = isNamed || expectation.needsNames
    event(.forked, at: forkedAt)
  }

  mutating func event(_ event: TrialEvent.Kind, at time: UInt64) {
    guard time >= forkedAt else { return }
    seen.timeline.append(.init(event: event, at: Double(time - forkedAt) / 1000))
  }

  mutating func note(_ error: InstrumentError) { seen.instrumentErrors.append(error) }

  mutating func skipped(_ reason: SkipReason) { skipReason = reason }

  mutating func finished() { seen.finished = true }

  // MARK: - Parked

  /// The child stands. The bell is rung: whoever can will beat.
  mutating func beginParking() {
    beats.before = board.beats()
    board.ring()
  }

  /// All of them have beaten since.
  var haveBeaten: Bool { zip(beats.before, board.beats()).allSatisfy(<) }

  mutating func endParking() { beats.parked = board.beats() }

  /// What is in memory where it stands.
  ///
  /// - Parameter fault: makes a fault of what was seen; nil at the body's end.
  /// - Returns: the fault's number; nil if there is none, or if it could not be looked at.
  mutating func photograph(
    _ evidence: Evidence?, machine: Machine, handler: (Photograph) -> HandlerFacts?
  ) -> Int? {
    do {
      let photographed = evidence?.process ?? process
      let photograph = try Photograph.take(
        of: photographed, startedBy: photographed == process ? nil : process,
        claims: board.stackClaims(), machine: machine)
      if photographed == process { threadsAtFault = photograph.threads.count }
      guard let evidence else { return nil }
      seen.faults.append(
        Fault.assemble(
          evidence, photograph, handler: handler(photograph),
          in: .init(
            process: process, laboratory: getpid(), nullLimit: machine.lowestMappable,
            instruction: evidence.instruction, signalFrameSize: machine.minimumSignalStack,
            findings: MemoryFindings(
              of: evidence, in: TargetMemory(of: photographed, mappings: photograph.mappings)),
            stackLimit: StackSizeSource.ResourceLimit(of: photographed))))
      let files =
        isNamed
        ? MappedFiles(of: evidence.trace, in: photograph.mappings, of: photographed)
        : MappedFiles()
      unwound.append((evidence.trace, photograph.mappings, files))
      return seen.faults.count - 1
    } catch {
      note(.notSeen(.parkedChild, error))
      return nil
    }
  }

  // MARK: - What became of a fault

  mutating func handlerRan(for index: Int, access: Access?) {
    seen.faults[index].handlerRan(access: access)
  }

  mutating func kernelKilled(at index: Int) { seen.faults[index].kernelKilled() }

  // MARK: - The end

  /// The process has ended: what is left of it. The bell is rung once more.
  mutating func ended(_ termination: Termination?) {
    event(.lastBeat, at: board.lastBeat)
    event(.reaped, at: clab_now())
    seen.termination = termination
    guard termination != nil else { return }
    beats.after = board.beats()
    waitersAfter = board.ring()
    do { threadsLeft = try ProcessDirectory.threadsLeft(of: process) } catch {
      note(.notSeen(.remains, error))
    }
  }

  /// The control process has been asked, and so there was time for whoever lives to beat again.
  mutating func closed(controlProcessAlive: Bool) {
    guard let termination = seen.termination else { return }
    beats.afterAgain = board.beats()
    seen.death = DeathEvidence(
      termination: termination, threadsAtFault: threadsAtFault,
      threadsAfter: threadsLeft, beats: beats, waitersAfter: waitersAfter,
      controlProcessAlive: controlProcessAlive)
    seen.corruption = board.corruption()
    seen.counters = board.counters()
    let reason = board.reason
    seen.told = reason.isEmpty ? nil : reason
    // One fault is told at a time: what else came to the handler is counted.
    if board.handlerEntries != seen.faults.count(where: \.handled) {
      seen.counters["handler entries"] = board.handlerEntries
    }
  }

  /// What came of it, with a judgement.
  mutating func result(names symbolicator: Symbolicator) -> TrialResult {
    if isNamed {
      for (index, (trace, mappings, files)) in unwound.enumerated() {
        guard let trace else { continue }
        seen.faults[index].name(trace, in: mappings, files: files, with: symbolicator)
        seen.faults[index].nameException(with: symbolicator)
      }
    }
    if board.armedAt == 0 && skipReason == nil && seen.instrumentErrors.isEmpty {
      note(.neverArmed(seen.termination))
    }
    if board.armedAt > 0 { event(.armed, at: board.armedAt) }
    seen.timeline.sort { $0.at < $1.at }
    seen.judgement =
      skipReason.map { .skipped($0) } ?? Judgement.judge(expectation, seen: seen)
    return seen
  }
}
