import CHarness
import CNativeCases
import CrashLab
import Glibc

let grandchild = CrashCase(
  "grandchild", "The case's own child overflows.",
  lesson: """
    A process that was forked has its parent's handlers, its stacks by copy, and its channel. \
    The fault is the grandchild's and so is the death: the parent only reads it from wait. A \
    reporter must look at the process that has faulted, not at the one that it knows.
    """,
  expect: .survives(
    .init(
      .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "overflower"),
      process: .descendant, frames: ["descend", "start_thread"]),
    counters: ["signal of the grandchild": 11...11])
) { child in
  child.thread("overflower") {
    let grandchild = child.fork()
    if grandchild == 0 { clab_case_descend() }
    var status: Int32 = 0
    waitpid(grandchild, &status, 0)
    child.note("signal of the grandchild", Int(status & 0x7f))
  }
}
