import CNativeCases
import CrashLab

let signalIgnored = CrashCase(
  "signal-ignored", "SIGSEGV is ignored (SIG_IGN).",
  lesson: """
    A fault can't be ignored: the instruction can neither be completed nor skipped. The kernel \
    resets the action to the default and kills the process.
    """,
  arming: .ignored,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .ignored))
) { child in
  child.thread("overflower") { clab_case_descend() }
}
