internal import CrashLab
internal import CrashLabModel

/// The rungs of `crashlab switch` alone.
package struct SwitchBenchmark: Benchmark {
  package var measurement: SwitchMeasurement

  package init(_ measurement: SwitchMeasurement) { self.measurement = measurement }

  package var plannedMilliseconds: Double { measurement.ladder.plannedMilliseconds }

  package func run(sitting: Sitting) throws -> BenchmarkReport {
    let report = try measurement.runLadder(sitting: sitting)
    return BenchmarkReport(
      machine: report.machine,
      benchmarks: report.rungs.map {
        .init("switch.\($0.name.rawValue)", nanoseconds: $0.samples)
      },
      absent: report.absent.map { "switch.\($0)" })
  }
}
