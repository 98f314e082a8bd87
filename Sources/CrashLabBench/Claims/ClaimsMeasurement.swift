package import CrashLab
internal import CrashLabModel

/// Gathers the evidence that the claims need.
package struct ClaimsMeasurement: Sendable {
  /// Cases whose trials the rules look at.
  package static let cases = [
    "thread-recursion", "thread-bystanders", "recover-thread-exit", "sibling-process",
    "shared-memory-process", "main-recursion", "coroutine-madvise-guard", "thread-no-guard",
    "array-skips-guard", "array-probed", "async-recursion", "coroutine-recursion",
    "task-recursion",
  ]

  package var cases: [CrashCase]
  package var attempts: Int
  package var switching: SwitchMeasurement

  /// - `cases`: those of the catalogue that have the names above.
  package init(cases: [CrashCase], attempts: Int = 3, switching: SwitchMeasurement) {
    self.cases = cases
    self.attempts = attempts
    self.switching = switching
  }

  private static let millisecondsATrial = 40.0

  package var plannedMilliseconds: Double {
    Double(cases.count * attempts) * ClaimsMeasurement.millisecondsATrial
      + switching.plannedMilliseconds
  }

  package func run(session: MeasurementSession) throws -> ClaimsReport {
    var evidence = ClaimEvidence()
    let machine = Machine.current()
    session.allot(plannedMilliseconds - switching.plannedMilliseconds, of: plannedMilliseconds)
    evidence.trials = try trials(on: machine, session: session)
    var layouts: [LayoutReport] = []
    if session.goesOn {
      let probe = LayoutProbe()
      evidence.layout = try probe.look(stackLimit: machine.stackLimit)
      evidence.costs = try probe.costs()
      for threads in [1, 2, 16] {
        layouts.append(try probe.portrait(threads: threads, machine: machine))
      }
    }
    let report = try switching.run(session: session)
    for kind in report.kinds { evidence.kinds[kind.name] = kind }
    evidence.tlb = report.tlb
    evidence.conditions = report.conditions
    evidence.scaleTest = report.scaleTest
    return ClaimsReport(
      machine: machine, conditions: report.conditions,
      interrupted: session.interrupted != nil, evidence: evidence, switching: report,
      layouts: layouts)
  }

  /// One at a time: nothing else is measured meanwhile, and a trial has the machine for itself.
  private func trials(
    on machine: Machine, session: MeasurementSession
  ) throws -> [String: [TrialFacts]] {
    var facts: [String: [TrialFacts]] = [:]
    let laboratory = try Laboratory(options: .init(jobs: 1), machine: machine)
    let milliseconds = ClaimsMeasurement.millisecondsATrial
    for attempt in 0..<attempts
    where attempt == 0 || session.hasTime(for: milliseconds * Double(cases.count)) {
      try laboratory.run(PlannedTrial.plan(cases), session: session) { report in
        facts[report.case ?? "", default: []].append(TrialFacts(report))
        session.advance(by: milliseconds)
      }
    }
    return facts
  }
}
