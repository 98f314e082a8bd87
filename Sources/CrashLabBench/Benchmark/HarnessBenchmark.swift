internal import CHarness
internal import CHarnessBench
package import CrashLab
internal import CrashLabModel
internal import CrashLabText
internal import Glibc

/// What the whole protocol costs beside the crash itself: a bare fork + null write + wait and a
/// whole trial, in turn, from this process.
package struct HarnessBenchmark: Benchmark {
  /// Of a null write.
  package var subject: CrashCase
  package var rounds: Int

  package init(_ nullWrite: CrashCase, rounds: Int) {
    self.rounds = rounds
    // Names are for readers: what looks them up fills the heap, and a fork copies its page tables.
    subject = nullWrite
    for index in subject.expectation.faults.indices {
      subject.expectation.faults[index].frames = []
    }
  }

  private static let millisecondsARound = 1.5

  package var plannedMilliseconds: Double { Double(rounds) * HarnessBenchmark.millisecondsARound }

  package func run(session: MeasurementSession) throws -> BenchmarkReport {
    let laboratory = try Laboratory(options: .init(jobs: 1))
    var whole: [Double] = []
    var bare: [Double] = []
    for round in 0..<(rounds + 5) where session.goesOn {
      let started = clab_now()
      try laboratory.run([PlannedTrial(subject)], session: session) { report in
        guard report.verdict == .asExpected else {
          throw BenchmarkFailure(
            description: "null-write is not as expected: \(report.reason ?? "")")
        }
      }
      let between = clab_now()
      guard clab_bare_crash() == SIGSEGV else {
        throw BenchmarkFailure(description: "the bare child did not die of SIGSEGV")
      }
      let ended = clab_now()
      // Caches and lazy binding; and a trial that was cut off.
      if round < 5 || !session.goesOn { continue }
      whole.append(Double(between - started))
      bare.append(Double(ended - between))
      session.advance(by: HarnessBenchmark.millisecondsARound)
    }
    return BenchmarkReport(
      machine: laboratory.machine,
      benchmarks: [
        .init("harness.null-write.bare-fork", nanoseconds: bare),
        .init("harness.null-write.whole", nanoseconds: whole),
      ], notes: ["harness: limit 2 times the bare fork"])
  }
}

extension Laboratory {
  /// As part of a session: a signal ends that, and what was measured until then is kept.
  func run(
    _ plan: some Sequence<PlannedTrial>, session: MeasurementSession,
    result body: (TrialResult) throws -> Void
  ) throws {
    do {
      try run(plan, result: body)
    } catch let interrupted as Interrupted {
      session.interrupt(by: interrupted.signal)
    }
  }
}
