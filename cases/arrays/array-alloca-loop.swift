import CNativeCases
import CrashLab

let arrayAllocaLoop = CrashCase(
  "array-alloca-loop", "alloca in a loop, each piece used.",
  lesson: """
    What alloca gives is given back when the function returns, not when the turn of the loop ends. \
    No recursion is needed to use a stack up; pieces smaller than the guard end in it.
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
