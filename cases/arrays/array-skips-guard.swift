import CNativeCases
import CrashLab
import Glibc

let arraySkipsGuard = CrashCase(
  "array-skips-guard", "A huge array steps over the guard into a neighbour's stack.",
  lesson: """
    The stack pointer is moved by the size of the frame at once, and the guard is one page. If the \
    first byte that is touched lies below the guard, nothing faults: it is written into whatever is \
    there, and thread stacks usually lie next to each other.
    """,
  expect: .corrupts(
    .init("neighbour's stack", of: "neighbour", belowStackLimit: (1 << 20)...(2 << 20)))
) { child in
  let memory = child.layOutStack(size: 512 << 10, below: 4 << 20)
  let neighbourSize = memory.belowSize
  child.spawn("neighbour", stackSize: neighbourSize, memory: memory.below) {
    while true { pause() }
  }
  // The neighbour lives at the top of its stack; the canary is what it has not used yet.
  child.canary(
    "neighbour's stack", of: "neighbour", at: memory.below, size: neighbourSize - (256 << 10),
    below: memory.limit)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_array_lowest_first()
  }
}
