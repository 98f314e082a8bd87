import CrashLab
import Glibc

let alternateStackBadProtNone = CrashCase(
  "alternate-stack-bad-prot-none", "The alternate stack has lost every permission.",
  lesson: """
    The kernel writes the signal frame with the program's own permissions. If the program can't \
    write to that memory, neither can the kernel, and there is no second choice.
    """,
  observed: true,
  expect: .dies(
    .overflowerInGuard(handled: false, because: .alternateStackNotWritable, alternateStack: "---p"))
) { child in
  overflowAfterDamagingAlternateStack(child) { mprotect($0, $1, PROT_NONE) }
}
