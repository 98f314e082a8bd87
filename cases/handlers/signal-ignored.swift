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
  expect: .dies(
    .init(
      .segv, code: 2, access: .write, site: .inGuard(of: .thread, "overflower"), handled: false,
      because: "the kernel ignores no fault", frames: ["descend", "start_thread"]))
) { child in
  child.thread("overflower") { clab_case_descend() }
}
