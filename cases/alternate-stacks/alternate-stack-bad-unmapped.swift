import CrashLab
import Glibc

let alternateStackBadUnmapped = CrashCase(
  "alternate-stack-bad-unmapped", "The alternate stack was unmapped after it had been set.",
  lesson: """
    sigaltstack only records an address; the kernel accesses it for the first time when it writes \
    the signal frame. A library that frees its alternate stack without disabling it leaves the \
    address behind.
    """,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .alternateStackUnmapped))
) { child in
  overflowAfterDamagingAlternateStack(child) { munmap($0, $1) }
}
