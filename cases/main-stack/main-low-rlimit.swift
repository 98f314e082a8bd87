import CrashLab

// The kernel reads the soft limit at every growth (mm/vma.c, acct_stack_growth), so setrlimit takes
// effect in a running process too. But its stack may already be larger than a limit as low as this:
// the child is executed again and starts with a small one. The distance to the mappings is chosen at
// exec and is at least 128 MiB (mm/util.c, mmap_base): a low limit does not change it.
let mainLowRlimit = CrashCase(
  "main-low-rlimit", "Endless recursion on the main thread under a soft limit of 256 KiB.",
  lesson: """
    8 MiB is a setting (ulimit -s), not a property of the main stack. The kernel compares the \
    limit with the size that the stack would have after each growth.
    """,
  stackLimit: 256 << 10,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write,
      site: .init(
        .mainStackLimit, owner: .init(kind: .main, name: "main"), guardKind: .kernelGap,
        stackSize: (256 << 10)...(256 << 10), overshoot: 1...4096),
      frames: ["descend(_:)", "Laboratory.resume", "main"], period: 1))
) { _ in _ = descend(0) }
