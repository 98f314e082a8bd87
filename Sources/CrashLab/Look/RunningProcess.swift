internal import CHarness
package import CrashLabModel
internal import Glibc

/// A process that runs, looked at once: where each of its threads is. It is stopped for that moment,
/// and goes on as it was.
///
/// Whatever becomes of this process meanwhile, the kernel lets those threads go that it had stopped.
package struct RunningProcess {
  package var process: Int32

  package init(_ process: Int32) { self.process = process }

  /// How long it is waited for threads to stand, nanoseconds.
  private static let patience: UInt64 = 500_000_000
  /// Threads may be made while others are stopped.
  private static let mostRounds = 8

  /// - Returns: without faults; `threads` are all that could be stopped.
  /// - Throws: SystemError if there is no such process, or if it may not be looked at.
  package func look() throws(SystemError) -> TrialResult {
    let started = clab_now()
    let directory = try noLook { () throws(SystemError) in try ProcessDirectory(process) }
    var held: [clab_held] = []
    defer { clab_observer_release(held, UInt32(held.count)) }
    try stop(directory, &held)
    let stopped = clab_now()
    let standing = Set(
      held.filter { $0.state == CLAB_HOLD_STANDS.rawValue }.map(\.thread))
    guard let some = standing.first else {
      let code = held.first { $0.error != 0 }?.error ?? ETIMEDOUT
      throw .noLook(at: process, "ptrace(PTRACE_SEIZE) of", code: code)
    }
    let mappings = try noLook { () throws(SystemError) in try directory.mappings() }
    let all = try noLook { () throws(SystemError) in try directory.threads() }
    let snapshot = ThreadsSnapshot(
      standing: all.filter { standing.contains($0.id) }, of: some, mappings: mappings)
    clab_observer_release(held, UInt32(held.count))
    held = []
    let released = clab_now()

    var seen = TrialResult(command: processArguments(of: process))
    seen.threads = snapshot.reports(by: .observer, with: Symbolicator(keepsProcess: false))
    for thread in all where !standing.contains(thread.id) {
      seen.threads.append(ThreadReport(id: thread.id, name: thread.name))
    }
    seen.images = snapshot.images
    seen.counters["microseconds stopped"] = Int(clamping: (released - started) / 1000)
    seen.counters["microseconds until all stood"] = Int(clamping: (stopped - started) / 1000)
    return seen
  }

  /// Stops every thread, also those that are made meanwhile.
  private func stop(
    _ directory: borrowing ProcessDirectory, _ held: inout [clab_held]
  ) throws(SystemError) {
    for _ in 0..<RunningProcess.mostRounds {
      let known = Set(held.map(\.thread))
      let new: [Int32]
      do throws(SystemError) { new = try directory.threadIdentifiers() } catch {
        throw .noLook(at: process, error.call, code: error.code)
      }
      var more = new.filter { !known.contains($0) }
        .map { clab_held(thread: $0, state: 0, status: 0, error: 0) }
      if more.isEmpty { return }
      clab_observer_hold(&more, UInt32(more.count), true, RunningProcess.patience)
      held += more
      if held.contains(where: { $0.error == EPERM }) { return }
    }
  }

  private func noLook<Value>(
    _ body: () throws(SystemError) -> Value
  ) throws(SystemError) -> Value where Value: ~Copyable {
    do throws(SystemError) { return try body() } catch {
      throw .noLook(at: process, error.call, code: error.code)
    }
  }
}
