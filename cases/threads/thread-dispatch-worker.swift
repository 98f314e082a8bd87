import CrashLab
import Dispatch
import Glibc

let threadDispatchWorker = CrashCase(
  "thread-dispatch-worker", "Endless recursion on a Dispatch queue's worker.",
  lesson: """
    The library makes a worker's stack and chooses its size. Without an alternate stack of its \
    own the worker would die without a report.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "worker"),
      frames: ["descend(_:)"]))
) { child in
  DispatchQueue.global().async {
    child.armThisThread("worker")
    _ = descend(0)
  }
  while true { pause() }
}
