/// Many samples of one figure: the middle, the quartiles, and all of them.
public struct Spread: Sendable, Codable, Equatable {
  public var median: Double
  public var lowerQuartile: Double
  public var upperQuartile: Double
  /// In the order in which they were taken.
  public var samples: [Double]

  public init(_ samples: [Double]) {
    median = samples.median
    lowerQuartile = samples.quantile(0.25)
    upperQuartile = samples.quantile(0.75)
    self.samples = samples
  }

  /// The spread of the middle half, relative to the median.
  var unrest: Double { median == 0 ? 0 : (upperQuartile - lowerQuartile) / abs(median) }
}
