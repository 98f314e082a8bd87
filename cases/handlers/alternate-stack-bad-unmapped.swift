import CrashLab
import Glibc

let alternateStackBadUnmapped = CrashCase(
  "alternate-stack-bad-unmapped", "The alternate stack was unmapped after it had been set.",
  lesson: """
    sigaltstack only notes an address; the kernel looks at it for the first time when it writes \
    the frame. A library that frees its alternate stack without disarming it leaves such a trap.
    """,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .alternateStackUnmapped))
) { child in
  overflowAfterSpoilingAlternateStack(child) { munmap($0, $1) }
}
