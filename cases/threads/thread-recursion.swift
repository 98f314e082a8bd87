import CrashLab

let threadRecursion = CrashCase(
  "thread-recursion", "Endless recursion in a secondary thread.",
  lesson: """
    The last frame that fits is followed by one that does not: its first push falls a few bytes \
    below the stack limit, into the guard page. The signal goes to one thread, the death to all.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "overflower"),
      frames: ["descend(_:)"], period: 1))
) { child in
  child.thread("overflower") { _ = descend(0) }
}
