internal import CrashLab
internal import CrashLabModel

/// How long a look at a process with many threads takes.
package struct LayoutBenchmark: Benchmark {
  package var threads: Int
  package var rounds: Int

  package init(threads: Int, rounds: Int) {
    self.threads = threads
    self.rounds = rounds
  }

  private var millisecondsARound: Double { Double(threads) * 0.02 }

  /// To start the threads takes a while too.
  package var plannedMilliseconds: Double {
    Double(threads) * 0.05 + Double(rounds) * millisecondsARound
  }

  package func run(session: MeasurementSession) throws -> BenchmarkReport {
    let machine = Machine.current()
    var samples: [Double] = []
    try OwnLayout(threads: threads, coroutines: 0, stackSize: 65_536).withLooks(on: machine) {
      look in
      for _ in 0..<rounds where session.goesOn {
        samples.append(try look().duration * 1000)
        session.advance(by: millisecondsARound)
      }
    }
    return BenchmarkReport(
      machine: machine, benchmarks: [.init("layout.look-\(threads)", nanoseconds: samples)])
  }
}
