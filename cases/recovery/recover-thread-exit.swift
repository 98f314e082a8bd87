import CNativeCases
import CrashLab

let recoverThreadExit = CrashCase(
  "recover-thread-exit", "The handler makes only the offending thread end.",
  lesson: """
    Death by thread is possible after all, if the program arranges it: the thread that overflowed \
    is gone, the others beat on. Its locks and its half-done work are the program's problem.
    """,
  expect: .survives(
    .init(
      .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "overflower-1"),
      frames: ["descend", "clab_case_recover_thread_exit"]),
    .init(
      .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "overflower-2"),
      frames: ["descend", "clab_case_recover_thread_exit"]),
    counters: ["threads ended": 2...2])
) { child in
  for number in 1...2 {
    child.thread("overflower-\(number)") { clab_case_recover_thread_exit() }
    child.note("threads ended", number)
  }
}
