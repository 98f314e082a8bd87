import CrashLab
import Glibc

let threadSmallestStack = CrashCase(
  "thread-smallest-stack", "Endless recursion on the smallest stack that a thread can have.",
  lesson: """
    PTHREAD_STACK_MIN is what a thread needs to start, not to work: it is used up after a few \
    calls.
    """,
  expect: .dies(
    .init(
      .segv, access: .write,
      site: .inGuard(ofThread: "overflower", stackSize: 4096...65536), frames: ["descend(_:)"],
      period: 1))
) { child in
  child.thread("overflower", stackSize: sysconf(Int32(_SC_THREAD_STACK_MIN))) { _ = descend(0) }
}
