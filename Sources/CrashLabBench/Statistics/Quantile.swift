internal import CrashLab
internal import CrashLabModel

extension [Double] {
  /// The value below which this part of the numbers lies, between neighbours in proportion; 0 if
  /// there are none. They need not be in order.
  func quantile(_ part: Double) -> Double {
    let sorted = self.sorted()
    if sorted.isEmpty { return 0 }
    let place = part * Double(sorted.count - 1)
    let below = Int(place)
    let above = Swift.min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }

  var median: Double { quantile(0.5) }
}
