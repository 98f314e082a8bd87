internal import CHarness
internal import CrashLabModel
internal import Glibc

/// A fault of a foreign program, looked at while the program stood still.
struct SeenFault {
  var report: FaultReport
  let trace: Trace?
  private let mappings: [Mapping]
  /// How many the process had.
  let threads: Int

  /// - Parameters:
  ///   - isCaught: a handler is installed for the signal.
  ///   - hasRun: and it ran.
  /// - Throws: SystemError if the process can't be looked at.
  init(_ witness: Witness, isCaught: Bool, hasRun: Bool, machine: Machine) throws(SystemError) {
    var evidence = witness.evidence
    let trace = witness.unwound()
    evidence.trace = trace
    var photograph = try Photograph.take(of: evidence.thread, claims: [], machine: machine)
    let layout = try Layout.look(
      at: evidence.thread,
      pointers: [evidence.thread: evidence.stackWitness(in: photograph.mappings)],
      leader: evidence.process, machine: machine)
    photograph.stacks = layout.uses.map(\.stack.region)
    report = FaultReport(
      evidence, photograph, machine: machine, trial: evidence.process,
      laboratory: getpid())
    report.handled = hasRun
    if let sender = evidence.sender?.process {
      report.sender?.name = readSmallFile("/proc/\(sender)/comm").map {
        String($0.prefix { $0 != "\n" })
      }
    }
    report.handler = HandlerFacts(
      isInstalled: isCaught, isCaught: isCaught, isIgnored: false, isBlocked: nil,
      isInHandler: false, usesAlternateStack: nil, alternateStack: nil,
      alternateStackIsKnown: false, hasRun: hasRun, forcedKill: false)
    report.reason = report.handler?.reason(for: report.signal)
    self.trace = trace
    mappings = photograph.mappings
    threads = photograph.threads.count
  }

  /// The report, its frames named. The process may be gone.
  func named(with symbolicator: Symbolicator) -> FaultReport {
    var report = report
    if let trace { report.name(trace, in: mappings, with: symbolicator) }
    return report
  }
}
