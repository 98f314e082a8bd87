import CNativeCases
import CrashLab
import Glibc

let threadSimultaneous = CrashCase(
  "thread-simultaneous", "Eight threads overflow at once.",
  lesson: """
    Each of the threads gets a SIGSEGV of its own. The first is reported; the others wait in the \
    handler and are counted, so that two reports can't mix.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, access: .write, site: .inGuard(ofThread: "overflower"),
        frames: ["descend(_:)"], period: 1)
    ],
    ending: .killed(.segv), counters: ["handler entries": 8...8])
) { child in
  // The first to be reported dies once all have faulted; the scheduler decides which one that is.
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
