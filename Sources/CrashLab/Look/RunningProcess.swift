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

  /// - Returns: without faults; `threads` are all that could be stopped.
  /// - Throws: SystemError if there is no such process, or if it may not be looked at.
  package func look() throws(SystemError) -> TrialResult {
    let started = clab_now()
    let directory = try noLook { () throws(SystemError) in try ProcessDirectory(process) }
    var held = HeldThreads(of: process)
    try held.stopAll(in: directory)
    let stopped = clab_now()
    let standing = held.standing
    guard let some = standing.first else {
      throw .noLook(at: process, "ptrace(PTRACE_SEIZE) of", code: held.refusal ?? ETIMEDOUT)
    }
    let mappings = try noLook { () throws(SystemError) in try directory.mappings() }
    let all = try noLook { () throws(SystemError) in try directory.threads() }
    let snapshot = ThreadsSnapshot(
      standing: all.filter { standing.contains($0.id) }, of: some, mappings: mappings)
    held.release()
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

  private func noLook<Value>(
    _ body: () throws(SystemError) -> Value
  ) throws(SystemError) -> Value where Value: ~Copyable {
    do throws(SystemError) { return try body() } catch {
      throw .noLook(at: process, error.call, code: error.code)
    }
  }
}
