import CNativeCases
import CrashLab

let heapGuard = CrashCase(
  "heap-guard", "Writes past a buffer into the page that guards it.",
  lesson: """
    A page without access guards a buffer in the same way as a stack, with the same signal and \
    the same si_code. It is not a stack overflow: no stack limit is near.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write, site: .init(.mapping, mapping: "---p"),
      frames: ["clab_case_heap_guard"]))
) { _ in clab_case_heap_guard() }
