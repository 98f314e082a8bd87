internal import CrashLab
package import CrashLabModel

/// Figures of one benchmark run, raw samples kept.
package struct BenchmarkReport: Sendable, Codable {
  package struct Figure: Sendable, Codable {
    package var name: String
    package var unit: String
    package var median: Double
    package var lowerQuartile: Double
    package var upperQuartile: Double
    package var samples: [Double]

    /// - `samples`: nanoseconds; nil if there are none.
    package init?(_ name: String, nanoseconds samples: [Double]) {
      if samples.isEmpty { return nil }
      let spread = Spread(samples)
      self.name = name
      self.unit = "ns"
      self.median = spread.median
      self.lowerQuartile = spread.lowerQuartile
      self.upperQuartile = spread.upperQuartile
      self.samples = samples
    }
  }

  package var schemaVersion = RunReport.schemaVersion
  package var machine: Machine
  package var benchmarks: [Figure]
  /// Names of the figures that could not be taken here: the peer is not installed, or fails.
  package var absent: [String]
  /// What a reader should know beside the figures.
  package var notes: [String]
  /// With the report of an earlier run, if there was one to compare with.
  @Nullable package var comparison: BenchmarkComparison?

  package init(
    machine: Machine, benchmarks: [Figure?], absent: [String] = [], notes: [String] = []
  ) {
    self.machine = machine
    self.benchmarks = benchmarks.compactMap(\.self)
    self.absent = absent
    self.notes = notes
    _comparison = Nullable(wrappedValue: nil)
  }

  package func json() throws -> String { try JSON.text(of: self) + "\n" }

  /// - Parameter path: the file; `-` is standard output.
  package func write(to path: String) throws { try writeWhole(json(), to: path) }

  /// The largest file that is read: somebody else may have made it.
  private static let largestFile = 64 << 20

  /// What `--export` or `--format json` has written.
  package static func read(_ path: String) throws -> BenchmarkReport {
    let bytes = try readRegularFile(path, atMost: largestFile)
    do {
      return try JSON.value(BenchmarkReport.self, from: bytes)
    } catch {
      throw SystemError(
        "read", path, code: 22,
        for: .readBenchmark)
    }
  }
}
