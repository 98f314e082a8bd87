import CNativeCases
import CrashLab

let handlerReturns = CrashCase(
  "handler-returns", "The handler returns without having fixed anything.",
  lesson: """
    Returning from a handler runs the same instruction again. If nothing has changed, it faults \
    again at the same address, without end: the process uses a processor and does not die. The \
    laboratory ends it after sixteen faults.
    """,
  expect: .init(
    faults: Array(
      repeating: .init(
        .segv, code: .segvMapErr, access: .write, site: .init(.nullPage),
        frames: ["clab_case_null_write"]),
      count: 16),
    ending: .killed(.segv))
) { _ in
  clab_case_handler_returns()
  clab_case_null_write()
}
