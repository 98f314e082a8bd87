internal import CHarness
internal import CHarnessBench
package import CrashLab
internal import CrashLabModel
internal import Glibc

/// Many of a kind: created, left idle, woken once each, joined.
package struct ConcurrencyLoad: Sendable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    case threads, coroutines, tasks, processes
  }

  package var kind: Kind
  package var count: Int

  package init(_ kind: Kind, count: Int) {
    self.kind = kind
    self.count = count
  }

  /// Sixty seconds a stage: many threads on a busy machine take their time.
  private static let deadline: UInt32 = 60_000

  package func measure(in placement: Placement) throws(SystemError) -> ConcurrencyReport {
    var load = clab_load(kind: 0, count: UInt32(count), stack_size: 0)
    switch kind {
    case .threads: load.kind = CLAB_LOAD_THREADS.rawValue
    case .coroutines: load.kind = CLAB_LOAD_COROUTINES.rawValue
    case .processes: load.kind = CLAB_LOAD_PROCESSES.rawValue
    case .tasks: break
    }
    var stage = clab_stage()
    var description = placement.description()
    let body: @convention(c) (CInt, UnsafeRawPointer?) -> Void =
      kind == .tasks ? runTaskLoad : clab_run_load
    let code = clab_stage_start(&description, body, &load, &stage)
    guard code == 0 else { throw SystemError("fork", "a load of \(kind.rawValue)", code: code) }
    defer { clab_stage_end(&stage) }
    let before = ConcurrencyMemory.Reading(process: stage.pid, withChildren: kind == .processes)
    let create = try next(stage, "create")
    _ = try next(stage, "idle")
    let after = ConcurrencyMemory.Reading(process: stage.pid, withChildren: kind == .processes)
    let wake = try next(stage, "wake")
    let join = try next(stage, "join")
    return ConcurrencyReport(
      kind: kind, count: count, create: create, wake: wake, join: join,
      memory: ConcurrencyMemory(before: before, after: after))
  }

  /// Microseconds of one stage.
  private func next(_ stage: clab_stage, _ what: String) throws(SystemError) -> Double {
    var elapsed: UInt64 = 0
    var stage = stage
    let code = clab_stage_next(&stage, ConcurrencyLoad.deadline, &elapsed)
    guard code == 0 else {
      throw SystemError(
        what, "\(count) \(kind.rawValue)", code: code,
        for: .startThreads)
    }
    return Double(elapsed) / 1000
  }
}

/// What a load took.
package struct ConcurrencyReport: Sendable, Codable, Equatable {
  package var kind: ConcurrencyLoad.Kind
  package var count: Int
  /// Microseconds for all of them, until the last has run once.
  package var create: Double
  /// The same, to run once more.
  package var wake: Double
  /// The same, to end and to be waited for.
  package var join: Double
  /// What they hold while they are idle.
  package var memory: ConcurrencyMemory
}
