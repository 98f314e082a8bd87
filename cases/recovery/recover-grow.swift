import CNativeCases
import CrashLab

let recoverGrow = CrashCase(
  "recover-grow", "The handler opens the guard and moves it down, step by step, two times.",
  lesson: """
    A handler can fix the cause of a SIGSEGV: this one makes the next 64 KiB of the guard \
    writable and returns, and the push that faulted succeeds. The kernel grows the main stack in \
    the same way.
    """,
  expect: .init(
    faults: Array(
      repeating: .init(
        .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "overflower"),
        frames: ["descend", "clab_case_recover_grow"]), count: 8),
    ending: .survives, counters: ["growth steps": 8...8])
) { child in
  let memory = child.layOutStack(size: 128 << 10, guardSize: 1 << 20)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_recover_grow(memory.limit)
  }
}
