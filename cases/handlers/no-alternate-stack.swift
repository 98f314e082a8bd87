import CrashLab

let noAlternateStack = CrashCase(
  "no-alternate-stack",
  "A handler is installed, but the overflowing thread has no alternate stack.",
  lesson: """
    The kernel must write the signal frame on the very stack that has just run out. It can't, so \
    it kills the process at once: the handler never runs, and nobody is told anything. Seen from \
    outside the fault is as plain as ever.
    """,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .noAlternateStack))
) { child in
  child.thread("overflower", arming: .noAlternateStack) { _ = descend(0) }
}
