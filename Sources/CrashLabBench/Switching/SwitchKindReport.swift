internal import CrashLab
package import CrashLabModel

/// What a kind of switch costs. Nanoseconds and core cycles an operation.
package struct SwitchKindReport: Sendable, Codable, Equatable {
  package var name: SwitchKind
  /// Nanoseconds.
  package var median: Double
  package var lowerQuartile: Double
  package var upperQuartile: Double
  package var samples: [Double]
  /// The median in core cycles.
  package var cycles: Double
  /// The median over that of the coroutine switch.
  @Nullable package var timesCoroutine: Double?
  /// Without the matching call that does not switch: the median of the rounds' differences.
  @Nullable package var net: Double?
  @Nullable package var netOf: SwitchKind?
  /// Context switches an operation, counted by the kernel.
  package var switchesPerHop: Double
  /// The part of the time on the wall, 0 to 1, in which the core did something else. It is in no
  /// other figure here, but what it leaves in caches is.
  package var disturbance: Double

  init(_ kind: SwitchKind, samples: [Sample], baseline: [Sample]?, coroutine: [Sample]?) {
    let spread = Spread(samples.map(\.nanoseconds))
    name = kind
    median = spread.median
    lowerQuartile = spread.lowerQuartile
    upperQuartile = spread.upperQuartile
    self.samples = spread.samples
    cycles = samples.map(\.cycles).median
    timesCoroutine = coroutine.map { spread.median / $0.map(\.nanoseconds).median }
    net = baseline.map { zip(samples, $0).map { $0.nanoseconds - $1.nanoseconds }.median }
    netOf = baseline == nil ? nil : kind.withoutSwitch
    switchesPerHop = samples.map(\.switches).median
    disturbance = samples.map(\.disturbance).median
  }
}
