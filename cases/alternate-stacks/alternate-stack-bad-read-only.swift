import CrashLab
import Glibc

let alternateStackBadReadOnly = CrashCase(
  "alternate-stack-bad-read-only", "The alternate stack can only be read.",
  lesson: """
    As with no permission at all: readable memory does not help, since the frame must be written.
    """,
  observed: true,
  expect: .dies(
    .overflowerInGuard(handled: false, because: .alternateStackNotWritable, alternateStack: "r--p"))
) { child in
  overflowAfterDamagingAlternateStack(child) { mprotect($0, $1, PROT_READ) }
}
