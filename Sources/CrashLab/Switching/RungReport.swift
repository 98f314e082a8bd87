/// What a rung costs. Nanoseconds and core cycles an operation.
public struct RungReport: Sendable, Codable, Equatable {
  public var name: Rung
  /// Nanoseconds.
  public var median: Double
  public var lowerQuartile: Double
  public var upperQuartile: Double
  public var samples: [Double]
  /// The median in core cycles.
  public var cycles: Double
  /// The median over that of the coroutine switch.
  @Nullable public var timesCoroutine: Double?
  /// Without the matching call that does not switch: the median of the rounds' differences.
  @Nullable public var net: Double?
  @Nullable public var netOf: Rung?
  /// Context switches an operation, counted by the kernel.
  public var switchesPerHop: Double
  /// The part of the time on the wall, 0 to 1, in which the core did something else. It is in no
  /// other figure here, but what it leaves in caches is.
  public var disturbance: Double

  init(_ rung: Rung, samples: [Sample], baseline: [Sample]?, coroutine: [Sample]?) {
    let spread = Spread(samples.map(\.nanoseconds))
    name = rung
    median = spread.median
    lowerQuartile = spread.lowerQuartile
    upperQuartile = spread.upperQuartile
    self.samples = spread.samples
    cycles = samples.map(\.cycles).median
    timesCoroutine = coroutine.map { spread.median / $0.map(\.nanoseconds).median }
    net = baseline.map { zip(samples, $0).map { $0.nanoseconds - $1.nanoseconds }.median }
    netOf = baseline == nil ? nil : rung.withoutSwitch
    switchesPerHop = samples.map(\.switches).median
    disturbance = samples.map(\.disturbance).median
  }
}
