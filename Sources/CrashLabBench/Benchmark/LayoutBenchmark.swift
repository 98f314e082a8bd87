internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel

/// How long a look at a process with many threads takes, beside the least that there is to do: two
/// files of each thread are read, by one thread.
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
    var table = FigureTable()
    try OwnLayout(threads: threads, coroutines: 0, stackSize: 65_536).withLooks(on: machine) {
      look in
      for _ in 0..<rounds where session.goesOn {
        let layout = try look()
        table.add("layout.threads-\(threads).look", layout.duration * 1000)
        let files = clab_time_thread_files(layout.process)
        if files > 0 { table.add("layout.threads-\(threads).files", Double(files)) }
        session.advance(by: millisecondsARound)
      }
    }
    return BenchmarkReport(
      machine: machine, benchmarks: table.figures,
      notes: ["layout: limit 5 us a thread, 50 ms for 10,000"])
  }
}
