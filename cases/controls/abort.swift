import CNativeCases
import CrashLab

let abortCase = CrashCase(
  "abort", "Calls abort.",
  lesson: """
    abort sends SIGABRT to its own thread: a signal that was sent, no fault. It does not repeat \
    itself when a handler returns; abort takes the handler away and sends it again.
    """,
  expect: .dies(
    .init(.abrt, code: .tkill, site: .init(.notAFault), frames: ["abort", "clab_case_abort"]))
) { _ in clab_case_abort() }
