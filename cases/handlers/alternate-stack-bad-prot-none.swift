import CrashLab
import Glibc

let alternateStackBadProtNone = CrashCase(
  "alternate-stack-bad-prot-none", "The alternate stack has lost every permission.",
  lesson: """
    The kernel writes the frame with the program's own permissions. Memory that the program \
    can't write is no place for it, and there is no second choice.
    """,
  observed: true,
  expect: .dies(
    .overflowerInGuard(handled: false, because: .alternateStackNotWritable, alternateStack: "---p"))
) { child in
  overflowAfterSpoilingAlternateStack(child) { mprotect($0, $1, PROT_NONE) }
}
