import CNativeCases
import CrashLab

let recoverLongjmp = CrashCase(
  "recover-longjmp", "The handler jumps out of the overflow, twice in a row.",
  lesson: """
    The guard does not kill; the default action of the signal does. A handler on an alternate \
    stack may leave by siglongjmp, and the thread continues from where it called sigsetjmp.
    """,
  expect: .survives(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: ["descend", "clab_case_recover_longjmp"]),
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: ["descend", "clab_case_recover_longjmp"]),
    counters: ["recovered": 2...2])
) { child in
  child.thread("overflower") { clab_case_recover_longjmp() }
}
