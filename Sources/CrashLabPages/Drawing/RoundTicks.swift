internal import Glibc

/// Figures along an axis that a reader can do sums with: 1, 2 or 5 times a power of ten apart.
enum RoundTicks {
  /// From 0 to the last one that is not above the end; none where there is no axis.
  static func upTo(_ end: Double, atMost count: Int = 4) -> [Double] {
    guard end > 0, end.isFinite else { return [] }
    let step = self.step(of: end, atMost: count)
    return (0...count).map { Double($0) * step }.filter { $0 <= end }
  }

  /// The smallest such step of which at most so many reach the end.
  static func step(of end: Double, atMost count: Int) -> Double {
    let least = end / Double(count)
    let power = pow(10, floor(log10(least)))
    return [1, 2, 5].map { $0 * power }.first { $0 >= least } ?? 10 * power
  }

  /// The powers of ten between two figures.
  static func powersOfTen(from low: Double, to high: Double) -> [Double] {
    guard low > 0, high > low, high.isFinite else { return [] }
    return (Int(ceil(log10(low)))...max(Int(ceil(log10(low))), Int(floor(log10(high))))).map {
      pow(10, Double($0))
    }.filter { $0 >= low && $0 <= high }
  }
}
