import CNativeCases
import CrashLab

let threadOwnStack = CrashCase(
  "thread-own-stack", "A thread on memory that the program supplies: it has no guard.",
  lesson: """
    pthread_attr_setstack passes memory to glibc, which uses it as it is: the guard size in the \
    attributes is not applied. A program that supplies a stack must supply its guard too.
    """,
  expect: .corrupts(
    .init("mapping", of: "neighbour", belowStackLimit: 1...(20 << 10)))
) { child in
  let memory = child.layOutStack(size: 256 << 10, guardSize: 0, below: 64 << 10)
  child.canary(
    "mapping", of: "neighbour", at: memory.below, size: memory.belowSize, below: memory.limit)
  child.tell("pthread_attr_setstack was used: glibc adds no guard to a stack that it did not map")
  child.thread(
    "overflower", stackSize: memory.size, guardSize: 4096, memory: memory.limit
  ) {
    clab_case_descend_below(memory.limit - (16 << 10))
  }
}
