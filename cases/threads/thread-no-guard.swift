import CNativeCases
import CrashLab

let threadNoGuard = CrashCase(
  "thread-no-guard", "A thread without a guard, above memory of somebody else's.",
  lesson: """
    With a guard of size 0 the byte below the stack is as good as any: the overflow writes into it, \
    no fault is raised, and whoever owns that memory will fail later, somewhere else.
    """,
  expect: .corrupts(
    .init("mapping", of: "a neighbour", belowStackLimit: 1...(20 << 10)))
) { child in
  let memory = child.layOutStack(size: 256 << 10, guardSize: 0, below: 64 << 10)
  child.canary(
    "mapping", of: "a neighbour", at: memory.below, size: memory.belowSize, below: memory.limit)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_descend_below(memory.limit - (16 << 10))
  }
}
