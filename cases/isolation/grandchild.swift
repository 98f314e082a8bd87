import CHarness
import CNativeCases
import CrashLab
import Glibc

let grandchild = CrashCase(
  "grandchild", "The case's own child overflows.",
  lesson: """
    A forked process has its parent's handlers, copies of its stacks, and its channel. The \
    grandchild faults and dies; the parent only learns of it from wait. A reporter must look at \
    the process that has faulted, not at the one that it started.
    """,
  expect: .survives(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      process: .descendant, frames: ["descend", .library("start_thread")]),
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
