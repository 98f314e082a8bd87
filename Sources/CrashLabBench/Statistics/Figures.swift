internal import CrashLab
internal import CrashLabModel
internal import CrashLabText
internal import Glibc

/// Figures as a person reads them: three digits that mean something.
package enum Figures {
  /// `0.42`, `12.3`, `2,184`
  package static func short(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    let size = abs(value)
    if size >= 100 { return grouped(Int(value.rounded())) }
    return fixed(value, size >= 10 ? 1 : 2)
  }

  /// `1.23 ms`
  static func time(_ nanoseconds: Double) -> String {
    for (unit, name) in [(1e9, "s"), (1e6, "ms"), (1e3, "us")] where nanoseconds >= unit {
      return "\(short(nanoseconds / unit)) \(name)"
    }
    return "\(short(nanoseconds)) ns"
  }

  package static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((abs(value) * scale).rounded())
    let whole = scaled / Int(scale)
    let rest = String(scaled % Int(scale))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    return "\(sign)\(whole).\(String(repeating: "0", count: digits - rest.count))\(rest)"
  }
}
