import CrashLab

/// A line on the terminal's standard error that says how far a long run is. Elsewhere silent.
struct Progress {
  private let total: Double
  /// What there is so many of; nil for work that is only a part of the whole.
  private let things: String?
  private var done = 0.0
  private let isShown = Output.error.isTerminal
  private let started = monotonicTime()
  private var lastShown: UInt64 = 0
  private var isVisible = false

  /// A number of things that take about as long each.
  init(total: Int, of things: String = "trials") {
    self.total = Double(total)
    self.things = things
  }

  /// Work of different kinds, planned to take so long.
  init(milliseconds: Double) {
    total = milliseconds
    things = nil
  }

  mutating func advance(by amount: Double = 1) {
    done += amount
    let now = monotonicTime()
    // Nothing for what is over in two seconds, and ten times a second is often enough.
    guard isShown, now - started > 2_000_000_000, now - lastShown > 100_000_000 else { return }
    lastShown = now
    isVisible = true
    let left = max(0, Double(now - started) / done * (total - done) / 1e9)
    let share =
      things.map { "\(Int(done)) of \(Int(total)) \($0)" } ?? "\(Int(min(1, done / total) * 100)) %"
    try? Output.error.write("\r\u{1B}[K\(share), \(Int(left)) s left")
  }

  mutating func clear() {
    if isVisible { try? Output.error.write("\r\u{1B}[K") }
    isVisible = false
  }
}
