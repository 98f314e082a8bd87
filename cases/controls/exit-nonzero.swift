import CrashLab
import Glibc

let exitNonzero = CrashCase(
  "exit-nonzero", "Leaves with exit(3).",
  lesson: "A status is what a program says of itself; a signal is what the kernel says of it.",
  expect: .init(ending: .exits(3))
) { _ in exit(3) }
