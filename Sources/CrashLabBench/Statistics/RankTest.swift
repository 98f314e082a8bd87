internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// The test of Mann and Whitney (1947): how likely it is that two sets of samples lie so far apart,
/// or farther, if both come from one source. It looks at ranks alone, so that an outlier counts for
/// no more than any other sample.
///
/// - Returns: 0 to 1, two-sided, by the normal approximation with corrections for ties and for
///   continuity; 1 where a side has no sample or all are equal.
func mannWhitneyPValue(_ first: [Double], _ second: [Double]) -> Double {
  let (n, m) = (Double(first.count), Double(second.count))
  let all = (first.map { ($0, true) } + second.map { ($0, false) }).sorted { $0.0 < $1.0 }
  var rankSum = 0.0
  var ties = 0.0
  var start = 0
  while start < all.count {
    let end = all[start...].firstIndex { $0.0 != all[start].0 } ?? all.count
    let count = Double(end - start)
    let rank = Double(start + end + 1) / 2
    rankSum += rank * Double(all[start..<end].count { $0.1 })
    ties += count * count * count - count
    start = end
  }
  let whole = n + m
  let variance = n * m / 12 * (whole + 1 - ties / max(1, whole * (whole - 1)))
  guard variance > 0 else { return 1 }
  let distance = max(0, abs(rankSum - n * (n + 1) / 2 - n * m / 2) - 0.5)
  return erfc(distance / (2 * variance).squareRoot())
}
