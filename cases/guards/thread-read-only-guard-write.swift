import CrashLab
import Glibc

let threadReadOnlyGuardWrite = CrashCase(
  "thread-read-only-guard-write", "A guard that may be read, and an overflow that writes.",
  lesson: """
    A guard need not be PROT_NONE to stop a recursion: a call writes its return address, and a \
    read-only page refuses that as well. An overflow that only reads gets through: see \
    thread-read-only-guard-read.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write,
      site: .inGuard(of: .thread, "overflower", guardSize: 4096), frames: ["descend(_:)"], period: 1
    ))
) { child in
  let memory = child.layOutStack(size: 256 << 10)
  mprotect(memory.limit - memory.guardSize, memory.guardSize, PROT_READ)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) { _ = descend(0) }
}
