import CNativeCases
import CrashLab

let faultInHandlerNodefer = CrashCase(
  "fault-in-handler-nodefer", "The handler dereferences null, and its own fault is handled too.",
  lesson: """
    SA_NODEFER leaves the signal unblocked while its handler runs. The second fault enters the \
    same handler again, further down on the same alternate stack, which must have room for both.
    """,
  arming: .noDefer,
  expect: .init(
    faults: [
      .overflowerInGuard(),
      .nullInHandler(),
    ], ending: .killed(.segv), counters: ["disarmed in the handler": 0...0])
) { child in
  let memory = child.layOutStack(size: 256 << 10)
  clab_case_fault_in_handler()
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack("overflower", at: memory.limit, size: memory.size)
    clab_case_descend()
  }
}
