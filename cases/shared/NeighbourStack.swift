import CrashLab
import Glibc

/// Runs `body` on a thread whose stack lies above another thread's, with one page of guard between
/// them. The lower stack's unused part is a canary.
func overNeighbourStack(_ child: Child, body: @escaping () -> Void) {
  let memory = child.layOutStack(size: 512 << 10, below: 4 << 20)
  child.spawn("neighbour", stackSize: memory.belowSize, memory: memory.below) {
    while true { pause() }
  }
  // The neighbour lives at the top of its stack; the canary is what it has not used yet.
  child.canary(
    "stack", of: "neighbour", at: memory.below, size: memory.belowSize - (256 << 10),
    below: memory.limit)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit, body: body)
}
