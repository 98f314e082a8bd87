import CNativeCases
import CrashLab

let abortCase = CrashCase(
  "abort", "Calls abort.",
  lesson: """
    abort sends SIGABRT to its own thread: a signal that was sent, not a fault. Returning from a \
    handler does not repeat it; abort resets the action to the default and sends the signal \
    again.
    """,
  expect: .dies(
    .init(.abrt, code: .tkill, site: .init(.notAFault), frames: ["abort", "clab_case_abort"]))
) { _ in clab_case_abort() }
