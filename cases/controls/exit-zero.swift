import CrashLab
import Glibc

let exitZero = CrashCase(
  "exit-zero", "Leaves with exit(0) before its body's end.",
  lesson: "All threads end with the process here too, but nobody died: exit is the program's wish.",
  expect: .init(ending: .exits(0))
) { _ in exit(0) }
