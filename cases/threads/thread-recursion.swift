import CrashLab

let threadRecursion = CrashCase(
  "thread-recursion", "Endless recursion in a secondary thread.",
  lesson: """
    One more frame does not fit: its first push falls a few bytes below the stack limit, into the \
    guard page. The signal goes to one thread; all threads die.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: ["descend(_:)"], period: 1))
) { child in
  child.thread("overflower") { _ = descend(0) }
}
