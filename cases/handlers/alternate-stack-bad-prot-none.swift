import CNativeCases
import CrashLab
import Glibc

let alternateStackBadProtNone = CrashCase(
  "alternate-stack-bad-prot-none", "The alternate stack has lost every permission.",
  lesson: """
    The kernel writes the frame with the program's own permissions. Memory that the program \
    can't write is no place for it, and there is no second choice.
    """,
  observed: true,
  expect: .dies(
    .init(
      .segv, code: 2, access: .write, site: .inGuard(of: .thread, "overflower"), handled: false,
      because: "memory that cannot be written (---p)", frames: ["descend", "start_thread"]))
) { child in
  let memory = child.layOutStack(size: 64 << 10)
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack("overflower", at: memory.limit, size: memory.size)
    mprotect(memory.limit, memory.size, PROT_NONE)
    clab_case_descend()
  }
}
