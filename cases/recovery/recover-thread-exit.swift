import CNativeCases
import CrashLab

let recoverThreadExit = CrashCase(
  "recover-thread-exit", "The handler ends only the thread that overflowed.",
  lesson: """
    A handler can end only the thread that overflowed; the others beat on. The thread's locks and \
    its unfinished work remain for the program to deal with.
    """,
  expect: .survives(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower-1"),
      frames: ["descend", "clab_case_recover_thread_exit"]),
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower-2"),
      frames: ["descend", "clab_case_recover_thread_exit"]),
    counters: ["threads ended": 2...2])
) { child in
  for number in 1...2 {
    child.thread("overflower-\(number)") { clab_case_recover_thread_exit() }
    child.note("threads ended", number)
  }
}
