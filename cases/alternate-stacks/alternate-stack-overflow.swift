import CNativeCases
import CrashLab

let alternateStackOverflow = CrashCase(
  "alternate-stack-overflow", "The handler recurses on its alternate stack, which is guarded.",
  lesson: """
    A handler can overflow its stack too. Its own signal is blocked while it runs, so the second \
    fault kills at once, in the guard of the alternate stack. Without that guard the recursion \
    would go on into whatever lies below.
    """,
  observed: true,
  expect: .init(
    faults: [
      .overflowerInGuard(),
      .init(
        .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .alternateStack, "overflower"),
        handled: false, because: .insideHandler,
        frames: [
          "descend", "recurse", "clab_handle_fault", "<signal handler called>", "descend",
          .library("start_thread"),
        ]),
    ], ending: .killed(.segv))
) { child in
  clab_case_recurse_in_handler()
  child.thread("overflower") { clab_case_descend() }
}
