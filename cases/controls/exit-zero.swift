import CrashLab
import Glibc

let exitZero = CrashCase(
  "exit-zero", "Calls exit(0) before the end of its body.",
  lesson: """
    All threads end with the process here too, but it did not crash: the program asked to exit.
    """,
  expect: .init(ending: .exits(0))
) { _ in exit(0) }
