import CrashLab

let mainRecursion = CrashCase(
  "main-recursion", "Endless recursion on the main thread.",
  lesson: """
    The main stack has no guard page. It grows by faults until it is as large as the soft limit; \
    the fault after that is SEGV_MAPERR, since nothing is mapped there.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write,
      site: .init(
        .mainStackLimit, owner: .init(kind: .main, name: "main"), guardKind: .kernelGap,
        overshoot: 1...4096),
      frames: ["descend(_:)"]))
) { _ in _ = descend(0) }
