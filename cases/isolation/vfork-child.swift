import CNativeCases
import CrashLab

let vforkChild = CrashCase(
  "vfork-child", "A child of vfork overflows the stack that it shares with its parent.",
  lesson: """
    Until it executes another program, a vfork child runs in its parent's memory and on its \
    parent's stack, while the parent's thread is suspended. The child dies; the parent resumes \
    and finds its own frames unchanged. The other threads never stopped. (Until Linux 5.16 a \
    core dump ended every process that shared the memory: the parent died too.)
    """,
  expect: .survives(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      process: .descendant, frames: ["descend", "crash_in_child", "clab_case_vfork_child"]),
    counters: ["signal of the child": 11...11]
  ).diesWithSharer(of: .segv)
) { child in
  child.thread("overflower", stackSize: 256 << 10) {
    child.note("signal of the child", Int(clab_case_vfork_child()))
  }
}
