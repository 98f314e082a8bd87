import CNativeCases
import CrashLab

let alternateStackUnguarded = CrashCase(
  "alternate-stack-unguarded",
  "The handler overruns an alternate stack that has no guard.",
  lesson: """
    An alternate stack is a stack like any other, and usually a block from malloc: other data of \
    the program lies below it. A handler that needs more than its alternate stack has overwrites \
    that data, and its report does not show it.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, access: .write, site: .inGuard(ofThread: "overflower"),
        frames: ["descend", "clab_case_alternate_stack_unguarded"])
    ], ending: .survives,
    corruption: [.init("mapping", of: "neighbour", belowStackLimit: 1...(20 << 10))])
) { child in
  let memory = child.layOutStack(size: 64 << 10, guardSize: 0, below: 64 << 10)
  child.canary(
    "mapping", of: "neighbour", at: memory.below, size: memory.belowSize, below: memory.limit)
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack("overflower", at: memory.limit, size: memory.size)
    clab_case_alternate_stack_unguarded(memory.limit - (16 << 10))
  }
}
