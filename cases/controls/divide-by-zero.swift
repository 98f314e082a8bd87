import CNativeCases
import CrashLab

let divideByZero = CrashCase(
  "divide-by-zero", "Divides an integer by zero.",
  lesson: """
    SIGFPE, though no floating point is in it. si_addr is the address of the instruction: it says \
    nothing about memory. Not every processor traps: on aarch64 the result is 0.
    """,
  requires: [.architecture("x86_64", why: "an integer division that traps")],
  expect: .dies(
    .init(.fpe, code: .fpeIntDiv, site: .init(.notAFault), frames: ["clab_case_divide_by_zero"]))
) { _ in clab_case_divide_by_zero() }
