import CNativeCases
import CrashLab

let faultInHandler = CrashCase(
  "fault-in-handler", "The handler dereferences null.",
  lesson: """
    While the handler of SIGSEGV runs SIGSEGV is blocked, and a fault that is blocked kills at \
    once. What is left behind is the second fault, the handler's own; the first, which is the \
    cause, is lost to a core file and to whoever reads only the end.
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
