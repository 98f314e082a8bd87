import CNativeCases
import CrashLab

let nullRead = CrashCase(
  "null-read", "Reads through a null pointer.",
  lesson: """
    The page at 0 is never mapped (vm.mmap_min_addr), so that a null pointer faults. It is not a \
    stack overflow, although the signal is the same.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .read, site: .init(.nullPage),
      frames: ["clab_case_null_read"]))
) { _ in clab_case_null_read() }
