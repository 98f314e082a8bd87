import CNativeCases
import CrashLab

let threadDeepCallback = CrashCase(
  "thread-deep-callback", "Recursion through a callback of the C library: qsort within qsort.",
  lesson: """
    Half of the frames are not the program's own: a comparator that sorts calls qsort, which \
    calls the comparator. An unwinder must step through code of another compiler.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: ["compare", "qsort", "clab_case_thread_deep_callback"]))
) { child in
  child.thread("overflower", stackSize: 1 << 20) { clab_case_thread_deep_callback() }
}
