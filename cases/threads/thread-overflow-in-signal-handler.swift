import CrashLab
import Glibc

let threadOverflowInSignalHandler = CrashCase(
  "thread-overflow-in-signal-handler", "A signal handler on the ordinary stack recurses.",
  lesson: """
    A handler without SA_ONSTACK runs on the interrupted stack, below the frame that it \
    interrupted. Its overflow is the thread's; the kernel's signal frame lies in the middle of \
    the stack.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: ["descend(_:)", "<signal handler called>"], period: 1))
) { child in
  child.thread("overflower", stackSize: 1 << 20) {
    signal(SIGUSR1) { _ in _ = descend(0) }
    raise(SIGUSR1)
  }
}
