import CNativeCases
import CrashLab

let illegalInstruction = CrashCase(
  "illegal-instruction", "Executes an invalid instruction.",
  lesson: """
    Compilers emit such an instruction where the program must never arrive: __builtin_trap, and \
    Swift's preconditions. SIGILL then reports a failed check, not damaged code.
    """,
  expect: .dies(.init(.ill, site: .init(.notAFault), frames: ["clab_case_illegal_instruction"]))
) { _ in clab_case_illegal_instruction() }
