import CNativeCases
import CrashLab

let signalIgnored = CrashCase(
  "signal-ignored", "SIGSEGV is ignored (SIG_IGN).",
  lesson: """
    What would it mean to ignore a fault? The instruction can't be done and can't be left out. \
    The kernel overrules the program: it restores the default action and kills.
    """,
  arming: .ignored,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .ignored))
) { child in
  child.thread("overflower") { clab_case_descend() }
}
