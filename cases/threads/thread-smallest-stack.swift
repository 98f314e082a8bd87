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
      site: .inGuard(ofThread: "overflower", stackSize: 4096...most), frames: ["descend(_:)"],
      period: 1))
) { child in
  child.thread("overflower", stackSize: sysconf(Int32(_SC_THREAD_STACK_MIN))) { _ = descend(0) }
}

/// PTHREAD_STACK_MIN is 16 KiB on x86-64 and 128 KiB on aarch64 (bits/pthread_stack_min.h); the
/// signal frame of wide vector registers may need more.
#if arch(arm64)
  private let most = 128 << 10
#else
  private let most = 64 << 10
#endif
