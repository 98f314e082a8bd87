internal import CrashLab
internal import CrashLabModel

/// What `crashlab switch` measures.
package struct SwitchBenchmark: Benchmark {
  package var measurement: SwitchMeasurement

  package init(_ measurement: SwitchMeasurement) { self.measurement = measurement }

  package var plannedMilliseconds: Double { measurement.suite.plannedMilliseconds }

  package func run(session: MeasurementSession) throws -> BenchmarkReport {
    let report = try measurement.runSuite(session: session)
    return BenchmarkReport(
      machine: report.machine,
      benchmarks: report.kinds.map {
        .init("switch.\($0.name.rawValue)", nanoseconds: $0.samples)
      },
      absent: report.absent.map { "switch.\($0)" })
  }
}
