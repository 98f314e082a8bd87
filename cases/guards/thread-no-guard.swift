import CNativeCases
import CrashLab
import Glibc

let threadNoGuard = CrashCase(
  "thread-no-guard", "A thread whose guard has size 0, above memory with another owner.",
  lesson: """
    With a guard of size 0 the byte below the stack is ordinary memory: the overflow writes into \
    it, no fault is raised, and the owner of that memory fails later, somewhere else.
    """,
  expect: .corrupts(
    .init("mapping", of: "neighbour", belowStackLimit: 1...(20 << 10)))
) { child in
  // glibc and the kernel choose the address. If something is mapped below it, another size is
  // tried: a stack of the same size would come from the cache and be the same.
  for attempt in 1...16 {
    var done = false
    // No fault is to come; an alternate stack would be mapped right below the stack.
    child.thread(
      "overflower", stackSize: (1 << 20) + attempt << 16, guardSize: 0, arming: .noAlternateStack
    ) {
      let limit = child.ownStack().limit
      guard let below = mapDirectlyBelow(limit, size: 64 << 10) else { return }
      child.canary("mapping", of: "neighbour", at: below, size: 64 << 10, below: limit)
      clab_case_descend_below(limit - (16 << 10))
      done = true
    }
    if done { return }
  }
  child.skip("no thread's stack had free memory below it")
}

private func mapDirectlyBelow(
  _ high: UnsafeMutableRawPointer, size: Int
) -> UnsafeMutableRawPointer? {
  let memory = mmap(
    high - size, size, PROT_READ | PROT_WRITE,
    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)
  return memory == MAP_FAILED ? nil : memory
}
