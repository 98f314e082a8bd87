import CNativeCases
import CrashLab

let signalBlocked = CrashCase(
  "signal-blocked", "SIGSEGV is blocked in the overflowing thread.",
  lesson: """
    A thread can put off a signal that was sent to it, but it can't go on behind a fault. The \
    kernel takes the handler away, opens the signal and kills: blocking SIGSEGV does not \
    protect, it silences.
    """,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .blocked))
) { child in
  child.thread("overflower", arming: .blocked) { clab_case_descend() }
}
