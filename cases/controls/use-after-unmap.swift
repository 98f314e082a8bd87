import CNativeCases
import CrashLab

let useAfterUnmap = CrashCase(
  "use-after-unmap", "Reads memory that was given back.",
  lesson: """
    The pointer was right a moment ago. The kernel cannot know that: it says what it says of any \
    address without a mapping.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .read, site: .init(.unmapped),
      frames: ["clab_case_use_after_unmap"]))
) { _ in clab_case_use_after_unmap() }
