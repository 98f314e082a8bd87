/// Figures of one benchmark run, raw samples kept.
public struct BenchmarkReport: Sendable, Codable {
  public struct Figure: Sendable, Codable {
    public var name: String
    public var unit: String
    public var median: Double
    public var lowerQuartile: Double
    public var upperQuartile: Double
    public var samples: [Double]

    /// - `samples`: nanoseconds, at least one.
    public init(_ name: String, nanoseconds samples: [Double]) {
      self.name = name
      self.unit = "ns"
      self.median = samples.median
      self.lowerQuartile = samples.quantile(0.25)
      self.upperQuartile = samples.quantile(0.75)
      self.samples = samples
    }
  }

  public var schemaVersion = RunReport.schemaVersion
  public var machine: Machine
  public var benchmarks: [Figure]
  /// Names of the figures that could not be taken here: the peer is not installed, or fails.
  public var absent: [String]
  /// What a reader should know beside the figures.
  public var notes: [String]

  public init(
    machine: Machine, benchmarks: [Figure], absent: [String] = [], notes: [String] = []
  ) {
    self.machine = machine
    self.benchmarks = benchmarks
    self.absent = absent
    self.notes = notes
  }

  public func json() throws -> String { try JSON.text(of: self) + "\n" }

  /// A line a figure, each with its ratio to the last.
  public func text() -> String {
    let width = benchmarks.map(\.name.count).max() ?? 0
    let base = benchmarks.last?.median ?? 1
    return benchmarks.map { figure in
      "\(figure.name.padding(to: width + 2))\(BenchmarkReport.time(figure.median))"
        + "  (\(BenchmarkReport.time(figure.lowerQuartile)) to "
        + "\(BenchmarkReport.time(figure.upperQuartile)))  "
        + "\((figure.median / base * 100).rounded() / 100) times\n"
    }.joined() + absent.map { "\($0): not installed\n" }.joined()
  }

  /// `1.23 ms`
  static func time(_ nanoseconds: Double) -> String {
    for (unit, name) in [(1e9, "s"), (1e6, "ms"), (1e3, "us")] where nanoseconds >= unit {
      return "\((nanoseconds / unit * 100).rounded() / 100) \(name)"
    }
    return "\((nanoseconds * 100).rounded() / 100) ns"
  }
}
