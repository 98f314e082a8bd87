internal import CHarness
internal import Glibc

/// What the whole protocol costs beside the crash itself.
public enum HarnessBenchmark {
  /// A null-write trial and a bare fork + null write + wait, in turn, from this process.
  public static func run(_ nullWrite: CrashCase, rounds: Int) throws -> BenchmarkReport {
    let laboratory = try Laboratory(options: .init(jobs: 1))
    // Names are for readers: what looks them up fills the heap, and a fork copies its page tables.
    var subject = nullWrite
    for index in subject.expectation.faults.indices {
      subject.expectation.faults[index].frames = []
    }
    var whole: [Double] = []
    var bare: [Double] = []
    for round in 0..<(rounds + 5) {
      let started = clab_now()
      try laboratory.run([PlannedTrial(subject)]) { report in
        guard report.verdict == .asExpected else {
          throw Failure(description: "null-write is not as expected: \(report.reason ?? "")")
        }
      }
      let between = clab_now()
      guard clab_bare_crash() == SIGSEGV else {
        throw Failure(description: "the bare child did not die of SIGSEGV")
      }
      let ended = clab_now()
      if round < 5 { continue }  // caches and lazy binding
      whole.append(Double(between - started))
      bare.append(Double(ended - between))
    }
    return BenchmarkReport(
      machine: laboratory.machine,
      benchmarks: [
        .init("harness.null-write.whole", nanoseconds: whole),
        .init("harness.null-write.bare-fork", nanoseconds: bare),
      ])
  }

  /// A benchmark whose subject did not do what is to be timed.
  public struct Failure: Error, CustomStringConvertible { public var description: String }
}
