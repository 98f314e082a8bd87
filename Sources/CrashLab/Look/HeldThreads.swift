internal import CHarness
internal import Glibc

/// Threads of a process that nobody traced, stopped for a look. They go on as they were when this
/// is released, and if this process ends.
struct HeldThreads: ~Copyable {
  /// How long it is waited for threads to stand, nanoseconds.
  private static let patience: UInt64 = 500_000_000
  /// Threads may be made while others are stopped.
  private static let mostRounds = 8

  private let process: pid_t
  private var held: [clab_held] = []

  init(of process: pid_t) { self.process = process }

  deinit { clab_observer_release(held, UInt32(held.count)) }

  var standing: Set<Int32> {
    Set(held.filter { $0.state == CLAB_HOLD_STANDS.rawValue }.map(\.thread))
  }

  /// Why a thread could not be stopped.
  var refusal: CInt? { held.first { $0.error != 0 }?.error }

  /// Stops every thread, also those that are made meanwhile.
  ///
  /// - Parameter exception: a thread that is left alone.
  mutating func stopAll(
    in directory: borrowing ProcessDirectory, but exception: Int32? = nil
  ) throws(SystemError) {
    for _ in 0..<HeldThreads.mostRounds {
      let known = Set(held.map(\.thread))
      let new: [Int32]
      do throws(SystemError) { new = try directory.threadIdentifiers() } catch {
        throw .noLook(at: process, error.call, code: error.code)
      }
      var more = new.filter { !known.contains($0) && $0 != exception }
        .map { clab_held(thread: $0, state: 0, status: 0, error: 0) }
      if more.isEmpty { return }
      clab_observer_hold(&more, UInt32(more.count), true, HeldThreads.patience)
      held += more
      if held.contains(where: { $0.error == EPERM }) { return }
    }
  }

  /// Lets them go on.
  mutating func release() {
    clab_observer_release(held, UInt32(held.count))
    held = []
  }
}
