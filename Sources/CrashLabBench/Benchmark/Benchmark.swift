internal import CrashLab
internal import CrashLabModel

/// Something whose cost is measured over and over.
package protocol Benchmark {
  /// About how long it takes.
  var plannedMilliseconds: Double { get }

  /// - Returns: what was measured; after a signal, what had been until then.
  func run(session: MeasurementSession) throws -> BenchmarkReport
}

/// A benchmark whose subject did not do what is to be timed.
struct BenchmarkFailure: Error, CustomStringConvertible { var description: String }

/// Several, one after another, as one.
package struct BenchmarkSuite: Benchmark {
  package var parts: [any Benchmark]

  package init(_ parts: [any Benchmark]) { self.parts = parts }

  package var plannedMilliseconds: Double { parts.map(\.plannedMilliseconds).reduce(0, +) }

  package func run(session: MeasurementSession) throws -> BenchmarkReport {
    var whole = BenchmarkReport(machine: .current(), benchmarks: [])
    for part in parts where session.goesOn {
      let report = try part.run(session: session)
      whole.benchmarks += report.benchmarks
      whole.absent += report.absent
      whole.notes += report.notes
    }
    return whole
  }
}
