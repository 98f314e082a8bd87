import CrashLab

let threadMadviseGuard = CrashCase(
  "thread-madvise-guard", "A guard made with MADV_GUARD_INSTALL.",
  lesson: """
    Such a guard needs no mapping of its own: /proc/PID/maps shows one readable and writable \
    mapping, and the fault is SEGV_MAPERR as if nothing were mapped. Only pagemap shows the \
    guard.
    """,
  requires: [.guardPages],
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write,
      site: .inGuard(of: .thread, "overflower", guardKind: .madvise, guardSize: 16 << 10),
      frames: ["descend(_:)"], period: 1))
) { child in
  let memory = child.layOutStack(size: 256 << 10, guardSize: 0, below: 64 << 10)
  child.installGuard(at: memory.limit - (16 << 10), size: 16 << 10)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) { _ = descend(0) }
}
