import CrashLab
import Glibc

let exitNonzero = CrashCase(
  "exit-nonzero", "Calls exit(3).",
  lesson: """
    An exit status is what a program reports of itself; a signal is what the kernel reports of \
    it.
    """,
  expect: .init(ending: .exits(3))
) { _ in exit(3) }
