internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Glibc
internal import Synchronization

/// The stages of a load of Tasks, in a child: the same four as `clab_run_load`'s.
let runTaskLoad: @convention(c) (CInt, UnsafeRawPointer?) -> Void = { channel, argument in
  let count = argument.map { Int($0.load(as: clab_load.self).count) } ?? 0
  let hall = TaskHall(count)
  let stages: [() -> Void] = [hall.create, {}, hall.wake, hall.wake]
  for stage in stages {
    clab_stage_await(channel)
    let start = clab_now()
    stage()
    clab_stage_done(channel, clab_now() - start, 0)
  }
  clab_stage_await(channel)
}

/// Tasks that run, wait to be resumed, run again, and so on for three rounds.
private final class TaskHall: @unchecked Sendable {
  private let count: Int
  private let waiting: UnsafeMutablePointer<UnsafeContinuation<Void, Never>?>
  private let present = Atomic<Int>(0)
  private let allPresent = Latch()

  init(_ count: Int) {
    self.count = count
    waiting = .allocate(capacity: count)
    waiting.initialize(repeating: nil, count: count)
  }

  func create() {
    for index in 0..<count {
      Task {
        for _ in 0..<2 { await pause(index) }
        arrive()
      }
    }
    allPresent.wait()
  }

  func wake() {
    for index in 0..<count { waiting[index]?.resume() }
    allPresent.wait()
  }

  private func pause(_ index: Int) async {
    await withUnsafeContinuation {
      waiting[index] = $0
      arrive()
    }
  }

  /// Whoever is the last of a round opens the door.
  private func arrive() {
    if present.add(1, ordering: .acquiringAndReleasing).newValue % count == 0 { allPresent.open() }
  }
}
