import CrashLab

let coroutineMadviseGuard = CrashCase(
  "coroutine-madvise-guard", "A coroutine's stack guarded with MADV_GUARD_INSTALL.",
  lesson: """
    A guard by mprotect splits a mapping in two, and a process may have 65,530 of them. A guard by \
    MADV_GUARD_INSTALL costs none, so a pool of coroutines can afford one each.
    """,
  requires: [.guardPages],
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write,
      site: .inGuard(of: .coroutine, "coroutine 2", guardKind: .madvise, guardSize: 4096),
      frames: ["descend(_:)", "clab_coroutine_bottom"], period: 1))
) { child in
  // One mapping: [coroutine 1][guard][coroutine 2]
  let size = 64 << 10
  let pool = child.layOutStack(size: 2 * size + 4096)
  let upper = pool.limit + size + 4096
  child.installGuard(at: upper - 4096, size: 4096)
  child.thread("scheduler") {
    child.coroutine("coroutine 1", number: 1, on: pool.limit, size: size) {
      Child.Coroutine.suspend()
    }.resume()
    child.coroutine("coroutine 2", number: 2, on: upper, size: size) { _ = descend(0) }.resume()
  }
}
