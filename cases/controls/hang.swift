import CrashLab
import Glibc

let hang = CrashCase(
  "hang", "Never comes to an end.",
  lesson: "A trial has a deadline. What it ends is called ended, not crashed.",
  deadline: 0.2, expect: .init(ending: .deadline)
) { _ in while true { pause() } }
