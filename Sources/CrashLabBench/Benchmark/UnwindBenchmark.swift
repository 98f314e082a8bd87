internal import CHarness
internal import CHarnessBench
package import CrashLab
internal import CrashLabModel
internal import Glibc

/// The same stack overflow told by every unwinder there is, in one run and in turn.
///
/// Those inside the process run in the handler of a child that has just overflowed its 8 MiB stack;
/// those outside look at the same child, which stands still.
package struct UnwindBenchmark: Benchmark {
  package enum Chain: String, Sendable, CaseIterable {
    /// One function that calls itself.
    case regular
    /// Six functions in random order, one of them with a frame that is sized at run time.
    case irregular
  }

  /// Overflows the calling thread's stack: for a peer that looks at a program from outside.
  package static func overflowHere(_ chain: Chain) { clab_overflow_here(chain == .irregular) }

  /// Children of each chain.
  package var rounds: Int
  /// Runs of each whole program (gdb, Swift's backtracer); they take seconds.
  package var programRounds: Int
  /// Overflows a thread: its whole trial is measured with and without unwinding.
  package var trial: CrashCase
  /// Arguments with which this program overflows its main stack by itself, before the chain's name.
  package var overflowArguments: [String]

  /// Seconds that a whole program may take.
  package var patience = 60.0
  /// Children in which the Runtime module captures.
  fileprivate var captureRounds: Int { min(rounds, 3) }

  package init(
    rounds: Int, programRounds: Int, trial: CrashCase, overflowArguments: [String]
  ) {
    self.rounds = rounds
    self.programRounds = programRounds
    self.trial = trial
    self.overflowArguments = overflowArguments
  }

  fileprivate static let millisecondsAChild = 400.0
  fileprivate static let millisecondsAProgram = 15_000.0
  fileprivate static let millisecondsATrial = 1.5

  package var plannedMilliseconds: Double {
    let chains = Double(Chain.allCases.count)
    return Double(rounds) * chains * UnwindBenchmark.millisecondsAChild
      + Double(min(rounds, programRounds)) * chains * UnwindBenchmark.millisecondsAProgram
      + Double(rounds) * 2 * UnwindBenchmark.millisecondsATrial
  }

  package func run(session: MeasurementSession) throws -> BenchmarkReport {
    var record = UnwindRecord(plan: self, session: session)
    return try record.take()
  }
}

/// The figures of one run as they come.
private struct UnwindRecord {
  let plan: UnwindBenchmark
  let session: MeasurementSession
  private var table = FigureTable()
  private var absent: [String] = []
  private var notes: [String] = []

  init(plan: UnwindBenchmark, session: MeasurementSession) {
    self.plan = plan
    self.session = session
  }

  mutating func take() throws -> BenchmarkReport {
    let machine = Machine.current()
    try Laboratory.prepare()
    guard let overflow = clab_overflow_create() else { throw SystemError("mmap") }
    defer { clab_overflow_destroy(overflow) }
    for round in 0..<plan.rounds {
      for chain in UnwindBenchmark.Chain.allCases where session.goesOn {
        try measure(chain, round, overflow)
        session.advance(by: UnwindBenchmark.millisecondsAChild)
      }
    }
    try measureTrials(machine)
    notes.append("unwind.regular.folded-first: limit 1.2 times read-a-word-a-frame-first")
    return BenchmarkReport(
      machine: machine,
      benchmarks: table.figures,
      absent: absent, notes: notes)
  }

  private mutating func add(_ name: String, _ nanoseconds: Double) {
    table.add(name, nanoseconds)
  }

  private mutating func measure(
    _ chain: UnwindBenchmark.Chain, _ round: Int, _ overflow: UnsafeMutablePointer<clab_overflow>
  ) throws {
    let child = try system("fork", "a stack overflow") {
      clab_fork_overflow(overflow, chain == .irregular, UInt32(round))
    }
    defer { clab_end_overflow(child) }
    let name = "unwind.\(chain.rawValue)"
    try check(overflow.pointee)
    if round == 0 { notes.append("\(name): \(overflow.pointee.folded_frames) frames") }
    add("\(name).folded", Double(overflow.pointee.folded))
    add("\(name).step", Double(overflow.pointee.step))
    add("\(name).backtrace-cold", Double(overflow.pointee.backtrace))
    add("\(name).backtrace-warm", of: overflow.pointee.backtrace_again)
    add("\(name).folded-warm", of: overflow.pointee.folded_again)
    if chain == .regular { add("\(name).read-a-word-a-frame", of: overflow.pointee.read) }
    // Before anybody else has looked at the stack, which is in no cache as a whole.
    switch CInt(round) % CInt(CLAB_OVERFLOW_WALKS) {
    case 0: add("\(name).folded-first", Double(overflow.pointee.folded))
    case 1 where chain == .regular:
      add("\(name).read-a-word-a-frame-first", Double(overflow.pointee.first_read))
    default: break
    }
    try measureFromOutside(name, child, overflow.pointee)
    if round < plan.programRounds {
      try measurePrograms(chain, child, overflow.pointee)
      session.advance(by: UnwindBenchmark.millisecondsAProgram)
    }
    if round < plan.captureRounds { try measureRuntimeCapture(chain, overflow) }
  }

  private mutating func add<Times>(_ name: String, of times: Times) {
    withUnsafeBytes(of: times) { bytes in
      for time in bytes.bindMemory(to: UInt64.self) { add(name, Double(time)) }
    }
  }

  /// The same recursion once more, as deep, but without a fault. What the Runtime module did not walk
  /// has no figure.
  private mutating func measureRuntimeCapture(
    _ chain: UnwindBenchmark.Chain, _ overflow: UnsafeMutablePointer<clab_overflow>
  ) throws {
    let name = "unwind.\(chain.rawValue).runtime-capture"
    let frames = overflow.pointee.folded_frames
    let error = clab_capture_recursion(
      overflow, chain == .irregular, frames, UInt32(plan.patience), captureByRuntime)
    let seen = overflow.pointee.captured_frames
    if error == ETIME {
      addAbsent(name, "not done after \(Int(plan.patience)) s")
    } else if error == EFAULT {
      addAbsent(name, "it crashes here")
    } else if error != 0 {
      throw SystemError("fork", "a deep recursion", code: error)
    } else if seen < frames / 10 * 9 {
      addAbsent(name, "it shows \(seen) frames")
    } else {
      add(name, Double(overflow.pointee.captured))
      addNote("\(name): \(seen) frames, without a fault: at the bottom of a recursion as deep")
    }
  }

  /// All must have walked the same chain; unw_backtrace sees the handler's own frames as well.
  private func check(_ overflow: clab_overflow) throws {
    let extra = Int(overflow.backtrace_frames) - Int(overflow.folded_frames)
    guard overflow.folded_frames == overflow.step_frames, (0...6).contains(extra) else {
      throw BenchmarkFailure(
        description: """
          the unwinders do not agree: \(overflow.folded_frames) frames folded, \
          \(overflow.step_frames) stepped, \(overflow.backtrace_frames) by unw_backtrace
          """)
    }
  }

  private mutating func measureFromOutside(
    _ name: String, _ child: pid_t, _ overflow: clab_overflow
  ) throws {
    var trace = clab_trace()
    var overflow = overflow
    for _ in 0..<4 {
      let started = clab_now()
      clab_unwind_process(child, &overflow.registers, CLAB_UNWIND_FOLDED.rawValue, &trace)
      add("\(name).observer", Double(clab_now() - started))
      guard trace.frame_count == overflow.folded_frames else {
        throw BenchmarkFailure(
          description: "from outside \(trace.frame_count) frames, not \(overflow.folded_frames)")
      }
      add("\(name).copy-out", Double(clab_time_copy_out(child, &overflow)))
    }
  }

  /// Whole programs, as a person starts them: their own start and their symbols included.
  private mutating func measurePrograms(
    _ chain: UnwindBenchmark.Chain, _ child: pid_t, _ overflow: clab_overflow
  ) throws {
    guard session.goesOn else { return }
    let name = "unwind.\(chain.rawValue)"
    if PeerProcess.isInstalled("gdb") {
      kill(child, SIGCONT)
      let gdb = try PeerProcess(
        [
          "gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-p", "\(child)",
          "-ex", "thread 2", "-ex", "bt",
        ], patience: plan.patience, session: session
      ) { $0.first == UInt8(ascii: "#") }
      guard session.goesOn else { return }
      if gdb.lines >= Int(overflow.folded_frames) {
        add("\(name).gdb", gdb.duration)
      } else {
        addAbsent("\(name).gdb", shortfall(of: gdb))
      }
    } else {
      addAbsent("\(name).gdb", "not installed")
    }
    let backtracer = try PeerProcess(
      ["/proc/self/exe"] + plan.overflowArguments + [chain.rawValue],
      environment: ["SWIFT_BACKTRACE=enable=yes,color=no,interactive=no"],
      patience: plan.patience, session: session
    ) { ($0.first ?? 0) >= UInt8(ascii: "0") && ($0.first ?? 0) <= UInt8(ascii: "9") }
    guard session.goesOn else { return }
    if backtracer.lines > 0 && !backtracer.timedOut {
      add("\(name).swift-backtracer", backtracer.duration)
      addNote("\(name).swift-backtracer: \(backtracer.lines) frames")
    } else {
      addAbsent("\(name).swift-backtracer", shortfall(of: backtracer))
    }
  }

  private func shortfall(of program: PeerProcess) -> String {
    program.timedOut
      ? "not done after \(Int(plan.patience)) s; it had shown \(program.lines) frames"
      : "it shows \(program.lines) frames"
  }

  private mutating func addAbsent(_ name: String, _ reason: String) {
    if !absent.contains(name) { absent.append(name) }
    addNote("\(name): \(reason)")
  }

  private mutating func addNote(_ note: String) {
    if !notes.contains(note) { notes.append(note) }
  }

  /// What unwinding adds to a whole trial.
  private mutating func measureTrials(_ machine: Machine) throws {
    var options = Laboratory.Options(jobs: 1)
    let folded = try Laboratory(options: options, machine: machine)
    options.unwinding = .none
    let none = try Laboratory(options: options, machine: machine)
    for _ in 0..<plan.rounds {
      for (laboratory, name) in [(none, "none"), (folded, "folded")] where session.goesOn {
        let started = clab_now()
        try laboratory.run([PlannedTrial(plan.trial)], session: session) { _ in }
        guard session.goesOn else { return }
        add("unwind.trial.\(name)", Double(clab_now() - started))
        session.advance(by: UnwindBenchmark.millisecondsATrial)
      }
    }
  }
}
