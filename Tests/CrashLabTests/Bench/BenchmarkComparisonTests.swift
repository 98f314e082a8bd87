import Testing

@testable import CrashLab
@testable import CrashLabBench

/// What changed beyond noise, on figures that were made up.
@Suite struct BenchmarkComparisonTests {
  /// - Parameters: samples from `low` to `high` in equal steps.
  static func spread(_ low: Double, _ high: Double, count: Int = 11) -> Spread {
    Spread((0..<count).map { low + (high - low) * Double($0) / Double(max(1, count - 1)) })
  }

  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var before: Spread
    var now: Spread
    var change: Change

    init(_ description: String, _ before: Spread, _ now: Spread, _ change: Change) {
      testDescription = description
      self.before = before
      self.now = now
      self.change = change
    }
  }

  static let rows = [
    Row("itself", spread(100, 110), spread(100, 110), .alike),
    Row("all far slower", spread(100, 110), spread(150, 160), .slower),
    Row("all far faster", spread(150, 160), spread(100, 110), .faster),
    Row("surely slower, but by 4 %", spread(100, 100.1), spread(104, 104.1), .alike),
    Row("surely slower, by 6 %", spread(100, 100.1), spread(106, 106.1), .slower),
    Row("medians apart, middle halves overlap", spread(100, 200), spread(140, 240), .alike),
    Row(
      "one outlier among many", spread(100, 101), Spread([9_999] + spread(100, 101).samples), .alike
    ),
    Row(
      "a third of the samples disturbed", spread(100, 101, count: 12),
      Spread(spread(100, 101, count: 8).samples + spread(300, 400, count: 4).samples), .alike),
    Row("four samples", spread(100, 101, count: 4), spread(900, 901, count: 4), .tooFewSamples),
    Row("five samples", spread(100, 101, count: 5), spread(900, 901, count: 5), .slower),
    Row(
      "five samples, two of them as before", spread(100, 101, count: 5),
      Spread([100.2, 100.3, 900, 900, 900]), .alike),
    Row("none", Spread([]), Spread([]), .tooFewSamples),
    Row("all equal", Spread([5, 5, 5, 5, 5]), Spread([5, 5, 5, 5, 5]), .alike),
    Row("from nothing", Spread([0, 0, 0, 0, 0]), Spread([1, 1, 1, 1, 1]), .slower),
  ]

  @Test(arguments: rows) func changeIsJudgedByTheRule(row: Row) {
    #expect(row.now.change(from: row.before, least: 0.05) == row.change)
  }

  /// Values of the test's normal approximation (SciPy 1.17, `mannwhitneyu` with
  /// `method="asymptotic"`).
  @Test(arguments: [
    ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 0.012185780355344),
    ([1, 3, 5, 7], [2, 4, 6, 8], 0.665005542102029),
    ([1, 1, 2, 2, 3], [2, 2, 3, 3, 4], 0.125122387013287),
    ([1], [2], 1.0),
  ]) func chanceIsThatOfTheTest(first: [Double], second: [Double], chance: Double) {
    #expect(abs(mannWhitneyPValue(first, second) - chance) < 1e-9)
    #expect(mannWhitneyPValue(second, first) == mannWhitneyPValue(first, second))
  }

  @Test func chanceIsKnownAtTheEdges() {
    #expect(mannWhitneyPValue([], [1]) == 1 && mannWhitneyPValue([], []) == 1)
    #expect(mannWhitneyPValue([7, 7, 7], [7, 7]) == 1)
  }

  /// Of samples from one source, few pairs may be called a change.
  @Test func noiseAloneIsSeldomAChange() {
    var generator = SplitMix64(seed: 3)
    func samples() -> Spread {
      Spread((0..<11).map { _ in 100 + Double.random(in: -30...30, using: &generator) })
    }
    let changes = (0..<1000).count { _ in samples().change(from: samples(), least: 0.05) != .alike }
    #expect(changes < 20)
  }

  static func report(_ figures: [(String, [Double])], kernel: String = "Linux 6") -> BenchmarkReport
  {
    var machine = Machine.this
    machine.kernel = kernel
    return BenchmarkReport(
      machine: machine, benchmarks: figures.map { .init($0.0, nanoseconds: $0.1) })
  }

  @Test func reportsAreComparedFigureByFigure() throws {
    let low = BenchmarkComparisonTests.spread(100, 101).samples
    let high = BenchmarkComparisonTests.spread(200, 201).samples
    let comparison = BenchmarkComparison(
      Self.report([("a.x", low), ("a.y", low), ("a.gone", low)], kernel: "Linux 5"),
      Self.report([("a.y", high), ("a.x", low), ("a.new\u{1B}[2J", low)]))
    #expect(comparison.figures.map(\.name) == ["a.y", "a.x"])
    #expect(comparison.figures.map(\.change) == [.slower, .alike])
    #expect(comparison.onlyBefore == ["a.gone"] && comparison.onlyNow.count == 1)
    #expect(comparison.machine.map(\.what) == ["kernel"])
    #expect(comparison.hasSlower)
    let text = comparison.text()
    #expect(text.contains("kernel: Linux 5, now Linux 6"))
    #expect(text.contains("slower  a.y  101 ns, now 201 ns (2.00 times)"))
    #expect(text.contains("1 slower, 0 faster, 1 alike within the noise"))
    #expect(!text.contains("\u{1B}"))
  }

  @Test func aReportMayHaveOneFigureOrNone() {
    #expect(Self.report([("layout.look", [5])]).text().contains("layout"))
    #expect(Self.report([]).text().contains("logarithmic"))
    #expect(Self.report([("odd", [])]).benchmarks.isEmpty)
  }
}
