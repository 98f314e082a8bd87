import CNativeCases
import CrashLab
import Glibc

let alternateStackBadUnmapped = CrashCase(
  "alternate-stack-bad-unmapped", "The alternate stack was unmapped after it had been set.",
  lesson: """
    sigaltstack only notes an address; the kernel looks at it for the first time when it writes \
    the frame. A library that frees its alternate stack without disarming it leaves such a trap.
    """,
  observed: true,
  expect: .dies(
    .init(
      .segv, code: 2, access: .write, site: .inGuard(of: .thread, "overflower"), handled: false,
      because: "not mapped any more", frames: ["descend", "start_thread"]))
) { child in
  let memory = child.layOutStack(size: 64 << 10)
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack("overflower", at: memory.limit, size: memory.size)
    munmap(memory.limit, memory.size)
    clab_case_descend()
  }
}
