import CNativeCases
import CrashLab

let handlerTakesLock = CrashCase(
  "handler-takes-lock", "A fault while the allocator's lock is held; the handler allocates.",
  lesson: """
    A handler may run between any two instructions, also while malloc holds its lock. If it then \
    needs the same lock, it waits for itself. Nothing crashes and nothing ends: this is why a \
    handler may call only async-signal-safe functions.
    """,
  deadline: 0.15,
  expect: .init(
    faults: [
      .init(
        .segv, code: .segvMapErr, access: .write, site: .init(.nullPage),
        frames: ["fault", "malloc_stats"])
    ],
    ending: .deadline)
) { _ in clab_case_handler_takes_lock() }
