import CNativeCases
import CrashLab

let divideByZero = CrashCase(
  "divide-by-zero", "Divides an integer by zero.",
  lesson: """
    SIGFPE is also raised for integers. si_addr is the address of the instruction, not of memory \
    that was accessed. Not every processor traps: on aarch64 the result is 0.
    """,
  requires: [.architecture("x86_64", why: "an integer division that traps")],
  expect: .dies(
    .init(.fpe, code: .fpeIntDiv, site: .init(.notAFault), frames: ["clab_case_divide_by_zero"]))
) { _ in clab_case_divide_by_zero() }
