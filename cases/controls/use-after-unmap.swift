import CNativeCases
import CrashLab

let useAfterUnmap = CrashCase(
  "use-after-unmap", "Reads memory that was given back.",
  lesson: """
    The pointer was valid a moment ago. The kernel does not know that: it reports the same as for \
    any address without a mapping.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .read, site: .init(.unmapped),
      frames: ["clab_case_use_after_unmap"]))
) { _ in clab_case_use_after_unmap() }
