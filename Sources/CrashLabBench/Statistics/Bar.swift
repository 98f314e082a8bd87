internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// A bar of characters whose length is a figure's place on a scale.
struct BarScale {
  var low: Double
  var high: Double
  var isLogarithmic = false
  var width = 24

  func bar(_ value: Double) -> String {
    guard high > low, value > 0 else { return "" }
    let part =
      isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
    let eighths = Int((min(1, max(0, part)) * Double(width) * 8).rounded())
    let rest = eighths % 8
    let tail = rest == 0 ? "" : String(UnicodeScalar(UInt32(0x2590 - rest)) ?? " ")
    return String(repeating: "\u{2588}", count: eighths / 8) + tail
  }
}
