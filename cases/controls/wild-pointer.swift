import CNativeCases
import CrashLab

let wildPointer = CrashCase(
  "wild-pointer", "Writes through a pointer that was never initialized.",
  lesson: """
    Nothing is mapped there and nothing is near: the address itself is the clue. 0x5a5a… is what some \
    allocators fill freed memory with.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write, site: .init(.unmapped),
      frames: ["clab_case_wild_pointer"]))
) { _ in clab_case_wild_pointer() }
