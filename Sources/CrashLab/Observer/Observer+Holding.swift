internal import CHarness
internal import Glibc

extension Observer {
  /// One that sleeps in the kernel for a disk does not stand soon. Nanoseconds.
  private static let patience: UInt64 = 200_000_000

  /// Stops threads of what is looked at, and has them go on as soon as the next event is asked for:
  /// what has happened to them meanwhile is told then.
  ///
  /// - Parameter body: is given those that stand, while they do.
  func holding<Result>(_ threads: [Int32], _ body: ([Int32]) -> Result) -> Result {
    var held = threads.map { clab_held(thread: $0, state: 0, status: 0, error: 0) }
    clab_observer_hold(&held, UInt32(held.count), false, Observer.patience)
    defer { clab_observer_hand_on(held, UInt32(held.count)) }
    return body(held.filter { $0.state == CLAB_HOLD_STANDS.rawValue }.map(\.thread))
  }
}
