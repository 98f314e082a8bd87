import CNativeCases
import CrashLab

let mainHugeArray = CrashCase(
  "main-huge-array", "An array larger than the main stack's limit, its lowest byte touched.",
  lesson: """
    The kernel lets the main stack grow to any address above the limit, however far below its \
    present end; below the limit it refuses. The fault lies as far below the limit as the array \
    is too large.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write,
      site: .init(
        .mainStackLimit, owner: .init(kind: .main, name: "main"), overshoot: (256 << 10)...(1 << 20)
      ), frames: ["touch_lowest", "clab_case_main_huge_array"]))
) { _ in clab_case_main_huge_array() }
