import CrashLab

let noAlternateStack = CrashCase(
  "no-alternate-stack",
  "A handler is installed, but the overflowing thread has no alternate stack.",
  lesson: """
    The kernel has to write the signal frame onto the stack that has run out. It can't, so it \
    kills the process at once: the handler never runs and reports nothing. An observer outside \
    sees the fault as usual.
    """,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .noAlternateStack))
) { child in
  child.thread("overflower", arming: .noAlternateStack) { _ = descend(0) }
}
