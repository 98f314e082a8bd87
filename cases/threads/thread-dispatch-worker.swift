import CrashLab
import Dispatch
import Glibc

let threadDispatchWorker = CrashCase(
  "thread-dispatch-worker", "Endless recursion on a Dispatch queue's worker.",
  lesson: """
    A worker's stack was made by the library, not by you: its size is the library's choice, and \
    without an alternate stack of its own it would die without a word.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "worker"),
      frames: ["descend(_:)"]))
) { child in
  DispatchQueue.global().async {
    child.armThisThread("worker")
    _ = descend(0)
  }
  while true { pause() }
}
