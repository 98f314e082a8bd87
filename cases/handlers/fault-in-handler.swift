import CNativeCases
import CrashLab

let faultInHandler = CrashCase(
  "fault-in-handler", "The handler dereferences null.",
  lesson: """
    SIGSEGV is blocked while its handler runs, and a fault whose signal is blocked kills at once. \
    The core file and the exit status show the second fault, the handler's own. The first, which \
    is the cause, is not in them.
    """,
  observed: true,
  expect: .init(
    faults: [
      .overflowerInGuard(),
      .nullInHandler(handled: false, because: .insideHandler),
    ], ending: .killed(.segv))
) { child in
  clab_case_fault_in_handler()
  child.thread("overflower") { clab_case_descend() }
}
