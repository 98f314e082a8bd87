internal import CrashLab
internal import CrashLabModel

/// Where a curve steps from one level to another, and how sure that is.
///
/// A curve is measured over many rounds. Within a round its values are replaced by their ranks, so
/// that neither an outlier nor a round that was slow as a whole counts for more than any other. The
/// step is where the mean ranks before and after differ most, weighted by how many there are.
/// How sure it is, is the smaller of two shares:
/// - of 999 shuffles of every round's values, those that make no step as large (a permutation test:
///   if nothing depends on the position, any order was as likely);
/// - of 999 draws of as many rounds with replacement, those that find the step at the same place
///   (a bootstrap).
package struct ChangePoint: Sendable, Codable, Equatable {
  /// The first position of the new level, counted from 0.
  package var index: Int
  /// The new level less the old one: medians.
  package var height: Double
  /// 0 to 1.
  package var confidence: Double
  /// A step describes the medians better than a straight line does.
  package var isStepRatherThanSlope: Bool

  /// - Parameters:
  ///   - rounds: for each round the curve's values, as many in each. Fewer than three rounds, or
  ///     than four positions, tell nothing.
  ///   - seed: the same gives the same answer.
  package static func find(in rounds: [[Double]], seed: UInt64 = 1) -> ChangePoint? {
    guard rounds.count >= 3, let width = rounds.first?.count, width >= 4,
      rounds.allSatisfy({ $0.count == width })
    else { return nil }
    let ranked = rounds.map(ranks)
    let found = largestStep(in: ranked)
    var generator = SplitMix64(seed: seed)
    let trials = 999
    var smaller = 0
    var agreeing = 0
    for _ in 0..<trials {
      if largestStep(in: ranked.map { $0.shuffled(using: &generator) }).size < found.size {
        smaller += 1
      }
      let drawn = ranked.indices.map { _ in ranked.randomElement(using: &generator) ?? [] }
      if largestStep(in: drawn).index == found.index { agreeing += 1 }
    }
    let medians = (0..<width).map { position in rounds.map { $0[position] }.median }
    let before = Array(medians[..<found.index]).median
    let after = Array(medians[found.index...]).median
    return ChangePoint(
      index: found.index, height: after - before,
      // The order that was seen is one of those that were possible.
      confidence: Double(min(smaller, agreeing)) / Double(trials + 1),
      isStepRatherThanSlope: stepResidual(medians, found.index) < lineResidual(medians))
  }

  /// Each value's rank among its round's, ties shared.
  private static func ranks(_ values: [Double]) -> [Double] {
    let sorted = values.sorted()
    return values.map { value in
      let first = sorted.firstIndex(of: value) ?? 0
      let last = sorted.lastIndex(of: value) ?? 0
      return Double(first + last) / 2
    }
  }

  /// Two positions at either end are too few to be a level: one is an outlier.
  private static func largestStep(in ranked: [[Double]]) -> (index: Int, size: Double) {
    let width = ranked[0].count
    var means = [Double](repeating: 0, count: width)
    for round in ranked {
      for position in 0..<width { means[position] += round[position] }
    }
    let total = means.reduce(0, +)
    var best = (index: 2, size: -1.0)
    var below = means[0]
    for index in 1..<width {
      if index >= 2 && index <= width - 2 {
        let n = Double(index)
        let m = Double(width - index)
        let difference = (total - below) / m - below / n
        let size = abs(difference) * (n * m / (n + m)).squareRoot() / Double(ranked.count)
        if size > best.size { best = (index, size) }
      }
      below += means[index]
    }
    return best
  }

  private static func stepResidual(_ medians: [Double], _ index: Int) -> Double {
    [medians[..<index], medians[index...]].map { part in
      let level = Array(part).median
      return part.reduce(0) { $0 + abs($1 - level) }
    }.reduce(0, +)
  }

  /// The line is Theil's and Sen's: the median of all slopes between two points.
  private static func lineResidual(_ medians: [Double]) -> Double {
    var slopes: [Double] = []
    for i in medians.indices {
      for j in medians.indices where j > i {
        slopes.append((medians[j] - medians[i]) / Double(j - i))
      }
    }
    let slope = slopes.median
    let rests = medians.enumerated().map { $1 - slope * Double($0) }
    let intercept = rests.median
    return rests.reduce(0) { $0 + abs($1 - intercept) }
  }
}
