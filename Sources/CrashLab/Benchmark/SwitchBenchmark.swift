/// The rungs of `crashlab switch` alone.
public struct SwitchBenchmark: Benchmark {
  public var measurement: SwitchMeasurement

  public init(_ measurement: SwitchMeasurement) { self.measurement = measurement }

  public var plannedMilliseconds: Double { measurement.ladder.plannedMilliseconds }

  public func run(sitting: Sitting) throws -> BenchmarkReport {
    let report = try measurement.runLadder(sitting: sitting)
    return BenchmarkReport(
      machine: report.machine,
      benchmarks: report.rungs.map {
        .init("switch.\($0.name.rawValue)", nanoseconds: $0.samples)
      },
      absent: report.absent.map { "switch.\($0)" })
  }
}
