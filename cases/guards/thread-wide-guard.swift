import CNativeCases
import CrashLab

let threadWideGuard = CrashCase(
  "thread-wide-guard", "A 1 MiB guard, and frames of 64 KiB touched from their low end.",
  lesson: """
    A guard catches every frame that is smaller than itself, whichever byte is touched first. How \
    far below the limit the fault falls then depends on the size of a frame.
    """,
  expect: .dies(
    .init(
      .segv, access: .write,
      site: .inGuard(ofThread: "overflower", overshoot: 1...(66 << 10), guardSize: 1 << 20),
      frames: ["descend", "clab_case_thread_wide_guard"], period: 1))
) { child in
  child.thread("overflower", stackSize: 8 << 20, guardSize: 1 << 20) {
    clab_case_thread_wide_guard()
  }
}
