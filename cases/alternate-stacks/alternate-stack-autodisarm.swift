import CNativeCases
import CrashLab

let alternateStackAutodisarm = CrashCase(
  "alternate-stack-autodisarm", "An alternate stack with SS_AUTODISARM; the handler faults.",
  lesson: """
    With SS_AUTODISARM the kernel takes the alternate stack away while the handler runs and \
    gives it back when it returns, so that a handler may leave it for another stack \
    (swapcontext). The second fault, let through by SA_NODEFER, is delivered where the handler \
    happens to run.
    """,
  arming: .noDefer,
  expect: .init(
    faults: [
      .overflowerInGuard(),
      .nullInHandler(),
    ], ending: .killed(.segv), counters: ["disarmed in the handler": 1...1])
) { child in
  let memory = child.layOutStack(size: 256 << 10)
  clab_case_fault_in_handler()
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack(
      "overflower", at: memory.limit, size: memory.size, flags: Int32(bitPattern: 1 << 31))
    clab_case_descend()
  }
}
