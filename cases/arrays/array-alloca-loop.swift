import CNativeCases
import CrashLab

let arrayAllocaLoop = CrashCase(
  "array-alloca-loop", "alloca in a loop; each piece is used.",
  lesson: """
    alloca's memory is freed when the function returns, not at the end of the loop's iteration. \
    The stack is used up without any recursion; pieces smaller than the guard cannot step over \
    it.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write,
      site: .inGuard(of: .thread, "overflower", overshoot: 1...1024, guardSize: 4096),
      frames: ["take_pieces", "clab_case_array_alloca_loop"]))
) { child in
  let memory = child.layOutStack(size: 512 << 10)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_array_alloca_loop()
  }
}
