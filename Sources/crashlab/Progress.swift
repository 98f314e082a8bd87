import CHarness
import CrashLab

/// A line on the terminal's standard error that says how far a long run is. Elsewhere silent.
struct Progress {
  private let total: Int
  private var done = 0
  private let isShown = Output.error.isTerminal
  private let started = clab_now()
  private var lastShown: UInt64 = 0
  private var isVisible = false

  init(total: Int) { self.total = total }

  mutating func advance() {
    done += 1
    let now = clab_now()
    // Nothing for what is over in two seconds, and ten times a second is often enough.
    guard isShown, now - started > 2_000_000_000, now - lastShown > 100_000_000 else { return }
    lastShown = now
    isVisible = true
    let left = Double(now - started) / Double(done) * Double(total - done) / 1e9
    try? Output.error.write("\r\u{1B}[K\(done) of \(total) trials, \(Int(left)) s left")
  }

  mutating func clear() {
    if isVisible { try? Output.error.write("\r\u{1B}[K") }
    isVisible = false
  }
}
