import CNativeCases
import CrashLab

let noExecuteJump = CrashCase(
  "no-execute-jump", "Calls into data.",
  lesson: """
    The page may be read and written but not executed: the fetch faults, and the fault address is \
    the program counter. Stacks and heaps are not executable, so that data written there cannot \
    run as code.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .execute, site: .init(.mapping, mapping: "anonymous rw-p"),
      frames: ["clab_case_no_execute_jump"]))
) { _ in clab_case_no_execute_jump() }
