import CNativeCases
import CrashLab

let illegalInstruction = CrashCase(
  "illegal-instruction", "Executes an instruction that is none.",
  lesson: """
    Compilers put such an instruction where the program must never come: __builtin_trap, and Swift's \
    preconditions. SIGILL is then a message of the program, not of broken code.
    """,
  expect: .dies(.init(.ill, site: .init(.notAFault), frames: ["clab_case_illegal_instruction"]))
) { _ in clab_case_illegal_instruction() }
