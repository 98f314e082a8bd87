import CNativeCases
import CrashLab

let mainGrowthBlocked = CrashCase(
  "main-growth-blocked", "A mapping blocks the main stack's growth.",
  lesson: """
    The address range below the main stack is not reserved for it. A mapping there stops its \
    growth, and the kernel keeps a gap of 1 MiB as well: the stack ends although the limit is far \
    from used up.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write,
      // The mapping ends 4 MiB above the limit. The lowest page that the stack may use begins a
      // gap above that, and the fault falls just below it.
      site: .init(
        .mainStackLimit, owner: .init(kind: .main, name: "main"), stackSize: (8 << 20)...(8 << 20),
        overshoot: (-5 << 20 + 1)...(-5 << 20 + 4096), mapping: "memfd:in-the-way"),
      frames: ["descend(_:)", "CrashCase.live", "main"], period: 1))
) { _ in
  clab_case_main_growth_blocked()
  _ = descend(0)
}
