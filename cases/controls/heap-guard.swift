import CNativeCases
import CrashLab

let heapGuard = CrashCase(
  "heap-guard", "Writes past a buffer into the page that guards it.",
  lesson: """
    A page without access guards a buffer as it guards a stack, with the same signal and the same \
    si_code. It is no stack overflow: no stack's limit is near.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write, site: .init(.mapping, mapping: "---p"),
      frames: ["clab_case_heap_guard"]))
) { _ in clab_case_heap_guard() }
