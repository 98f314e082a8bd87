import CNativeCases
import CrashLab

let signalBlocked = CrashCase(
  "signal-blocked", "SIGSEGV is blocked in the overflowing thread.",
  lesson: """
    A thread can defer a signal that was sent to it, but it can't continue after a fault. The \
    kernel resets the action to the default, unblocks the signal and kills the process: blocking \
    SIGSEGV does not protect from it, it only keeps the handler from running.
    """,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .blocked))
) { child in
  child.thread("overflower", arming: .blocked) { clab_case_descend() }
}
