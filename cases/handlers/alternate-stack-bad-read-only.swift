import CrashLab
import Glibc

let alternateStackBadReadOnly = CrashCase(
  "alternate-stack-bad-read-only", "The alternate stack can only be read.",
  lesson: """
    As with no permission at all: that the memory is there and readable does not help.
    """,
  observed: true,
  expect: .dies(
    .overflowerInGuard(handled: false, because: .alternateStackNotWritable, alternateStack: "r--p"))
) { child in
  overflowAfterSpoilingAlternateStack(child) { mprotect($0, $1, PROT_READ) }
}
