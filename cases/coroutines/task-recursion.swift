import CrashLab
import Glibc

let taskRecursion = CrashCase(
  "task-recursion", "Synchronous recursion in a Swift Task.",
  lesson: """
    A Task runs on a thread of the cooperative pool. What it calls synchronously lies on that \
    thread's stack, and its overflow ends the process like any other.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "pool-thread"),
      frames: ["descend(_:)"]))
) { child in
  Task {
    child.armThisThread("pool-thread")
    _ = descend(0)
  }
  while true { pause() }
}
