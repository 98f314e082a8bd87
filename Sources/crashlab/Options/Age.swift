import ArgumentParser

/// A time as people write it: 30d, 12h, 45m, 2w.
struct Age: ExpressibleByArgument {
  var seconds: Int
  /// `30 days`
  var inWords: String

  init?(argument: String) {
    let units: [Character: (Int, String)] = [
      "m": (60, "minute"), "h": (3600, "hour"), "d": (86_400, "day"), "w": (604_800, "week"),
    ]
    guard let last = argument.last, let (unit, name) = units[last],
      let number = Int(argument.dropLast()), number >= 0
    else { return nil }
    let (seconds, overflow) = number.multipliedReportingOverflow(by: unit)
    if overflow { return nil }
    self.seconds = seconds
    inWords = "\(number) \(name)\(number == 1 ? "" : "s")"
  }
}
