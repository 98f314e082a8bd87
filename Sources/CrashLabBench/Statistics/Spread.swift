internal import CrashLab
internal import CrashLabModel

/// Many samples of one figure: the middle, the quartiles, and all of them.
package struct Spread: Sendable, Codable, Equatable {
  package var median: Double
  package var lowerQuartile: Double
  package var upperQuartile: Double
  /// In the order in which they were taken.
  package var samples: [Double]

  package init(_ samples: [Double]) {
    median = samples.median
    lowerQuartile = samples.quantile(0.25)
    upperQuartile = samples.quantile(0.75)
    self.samples = samples
  }

  /// The spread of the middle half, relative to the median.
  var unrest: Double { median == 0 ? 0 : (upperQuartile - lowerQuartile) / abs(median) }
}

/// What became of a figure of which less is better.
package enum Change: String, Sendable, Codable, CaseIterable {
  case slower, faster
  /// Within the noise.
  case alike
  case tooFewSamples = "too-few-samples"
}

extension Spread {
  /// Fewer samples than this on either side tell nothing.
  static let fewestSamples = 5

  /// What became of `earlier`. It changed only if all three are so: the medians are more than a part
  /// (`least`) of the smaller one apart; the middle halves do not overlap (a machine that was
  /// busier for a while moves a part of the samples, and ranks alone would believe it); and the
  /// Mann-Whitney test of the ranks gives p < 0.02 (few samples may lie apart by chance).
  func change(from earlier: Spread, least: Double) -> Change {
    guard min(samples.count, earlier.samples.count) >= Spread.fewestSamples else {
      return .tooFewSamples
    }
    let isApart =
      lowerQuartile > earlier.upperQuartile || upperQuartile < earlier.lowerQuartile
    guard isApart, abs(median - earlier.median) > least * min(abs(median), abs(earlier.median)),
      mannWhitneyPValue(samples, earlier.samples) < 0.02
    else { return .alike }
    return median > earlier.median ? .slower : .faster
  }
}
