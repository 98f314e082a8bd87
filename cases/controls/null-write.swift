import CNativeCases
import CrashLab

let nullWrite = CrashCase(
  "null-write", "Writes through a null pointer.",
  lesson: "The smallest crash: one instruction, one fault, one signal.",
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write, site: .init(.nullPage),
      frames: ["clab_case_null_write"]))
) { _ in clab_case_null_write() }
