import CNativeCases
import CrashLab
import Glibc

let threadSimultaneous = CrashCase(
  "thread-simultaneous", "Eight threads overflow at once.",
  lesson: """
    Each of them gets a SIGSEGV of its own. One comes first and is told; the others stand in the \
    handler and are counted, so that two accounts can't run into each other.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "overflower"),
        frames: ["descend(_:)"], period: 1)
    ],
    ending: .killed(.segv), counters: ["handler entries": 8...8])
) { child in
  // The first to be told dies when the last has come: which of them it is, is up to the scheduler.
  clab_case_thread_simultaneous(8)
  let start = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 1)
  pthread_barrier_init(start, nil, 8)
  for _ in 1...8 {
    child.spawn("overflower", stackSize: 256 << 10) {
      pthread_barrier_wait(start)
      _ = descend(0)
    }
  }
  while true { pause() }
}
