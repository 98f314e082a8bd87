import CNativeCases
import CrashLab

let mappedFileTruncated = CrashCase(
  "mapped-file-truncated", "Reads a mapped page that its file no longer has.",
  lesson: """
    The mapping permits the access, but there is nothing behind it: SIGBUS, not SIGSEGV. Whoever \
    truncates a file can kill every process that has mapped it.
    """,
  expect: .dies(
    .init(
      .bus, code: .busAdrErr, access: .read, site: .init(.mapping, mapping: "memfd:truncated"),
      frames: ["clab_case_mapped_file_truncated"]))
) { _ in clab_case_mapped_file_truncated() }
