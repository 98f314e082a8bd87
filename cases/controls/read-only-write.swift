import CNativeCases
import CrashLab

let readOnlyWrite = CrashCase(
  "read-only-write", "Writes to its own code.",
  lesson: """
    The mapping exists and does not permit the access: SEGV_ACCERR, as in a stack's guard. Only \
    the address distinguishes the two.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write, site: .init(.mapping, mapping: ownFileName),
      frames: ["clab_case_read_only_write"]))
) { _ in clab_case_read_only_write() }
