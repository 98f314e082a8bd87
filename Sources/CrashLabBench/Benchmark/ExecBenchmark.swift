internal import CrashLab
internal import CrashLabModel

/// What `crashlab exec` costs a program: each work is done by itself, under strace that shows nothing,
/// and under exec, in turn.
package struct ExecBenchmark: Benchmark {
  package var rounds: Int
  /// How this program is made to work: words that a work's name and a count follow.
  package var workArguments: [String]

  package init(rounds: Int, workArguments: [String]) {
    self.rounds = rounds
    self.workArguments = workArguments
  }

  /// Seconds for one run.
  private static let patience = 60.0
  private static let millisecondsARound = 3000.0

  package var plannedMilliseconds: Double { Double(rounds) * Self.millisecondsARound }

  /// Who looks on.
  private struct Tracer {
    var name: String
    var words: [String]

    static let all = [
      Tracer(name: "bare", words: []),
      Tracer(
        name: "strace", words: ["strace", "-f", "-qq", "-e", "trace=none", "-e", "signal=none"]),
      Tracer(name: "crashlab", words: [PeerProcess.ownProgram, "exec", "--"]),
    ]
  }

  /// How often each is done, and how much dearer it may be at most.
  private struct Subject {
    var work: Workload
    var count: Int
    var limit: String

    static let all = [
      Subject(work: .handledFaults, count: 20_000, limit: "25 us a fault more than bare"),
      Subject(work: .threads, count: 10_000, limit: "1.2 times bare"),
      Subject(work: .compute, count: 1000, limit: "1.01 times bare"),
    ]
  }

  package func run(session: MeasurementSession) throws -> BenchmarkReport {
    let hasStrace = PeerProcess.isInstalled("strace")
    var samples = FigureTable()
    for _ in 0..<rounds where session.goesOn {
      for tracer in Tracer.all where hasStrace || tracer.name != "strace" {
        try start(tracer, session, &samples)
        for subject in Subject.all {
          try work(subject, tracer, session, &samples)
        }
      }
      session.advance(by: Self.millisecondsARound)
    }
    return BenchmarkReport(
      machine: .current(), benchmarks: samples.figures,
      absent: hasStrace ? [] : ["exec.start.strace"],
      notes: ["exec.start: limit 3 ms more than bare"]
        + Subject.all.map { "\(name(of: $0)): limit \($0.limit)" })
  }

  private func name(of subject: Subject) -> String {
    "exec.\(subject.work.rawValue)-\(subject.count)"
  }

  /// The start of a program that does nothing.
  private func start(
    _ tracer: Tracer, _ session: MeasurementSession, _ samples: inout FigureTable
  ) throws {
    let process = try PeerProcess(
      tracer.words + ["/bin/true"], patience: Self.patience, session: session
    ) { _ in false }
    if session.goesOn { samples.add("exec.start.\(tracer.name)", process.duration) }
  }

  private func work(
    _ subject: Subject, _ tracer: Tracer, _ session: MeasurementSession,
    _ samples: inout FigureTable
  ) throws {
    guard session.goesOn else { return }
    var elapsed: Double?
    let process = try PeerProcess(
      tracer.words + [PeerProcess.ownProgram] + workArguments + [
        subject.work.rawValue, "\(subject.count)",
      ],
      patience: Self.patience, session: session
    ) { line in
      if let told = Workload.elapsed(in: line) { elapsed = told }
      return elapsed != nil
    }
    guard session.goesOn else { return }
    guard let elapsed, !process.timedOut else {
      throw BenchmarkFailure(
        description: "\(subject.work.rawValue) under '\(tracer.name)' did not tell how long it took"
      )
    }
    samples.add("\(name(of: subject)).\(tracer.name)", elapsed)
  }
}
