import CNativeCases
import CrashLab

let nullCall = CrashCase(
  "null-call", "Calls through a null pointer.",
  lesson: """
    The instruction fetch itself faults, so the program counter is 0 and no unwind table covers it: \
    the caller is found from the return address that the call has pushed.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .execute, site: .init(.nullPage),
      frames: ["clab_case_null_call"]))
) { _ in clab_case_null_call() }
