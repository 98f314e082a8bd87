import CNativeCases
import CrashLab
import Glibc

let alternateStackBadReadOnly = CrashCase(
  "alternate-stack-bad-read-only", "The alternate stack can only be read.",
  lesson: """
    As with no permission at all: that the memory is there and readable does not help.
    """,
  observed: true,
  expect: .dies(
    .init(
      .segv, code: 2, access: .write, site: .inGuard(of: .thread, "overflower"), handled: false,
      because: "memory that cannot be written (r--p)", frames: ["descend", "start_thread"]))
) { child in
  let memory = child.layOutStack(size: 64 << 10)
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack("overflower", at: memory.limit, size: memory.size)
    mprotect(memory.limit, memory.size, PROT_READ)
    clab_case_descend()
  }
}
