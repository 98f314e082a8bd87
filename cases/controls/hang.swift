import CrashLab
import Glibc

let hang = CrashCase(
  "hang", "Never ends.",
  lesson: """
    A trial has a deadline. A process that is killed at its deadline is reported as such, not as \
    a crash.
    """,
  deadline: 0.2, expect: .init(ending: .deadline)
) { _ in while true { pause() } }
