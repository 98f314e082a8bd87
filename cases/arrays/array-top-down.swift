import CNativeCases
import CrashLab

let arrayTopDown = CrashCase(
  "array-top-down", "The same array, filled from its high end.",
  lesson: """
    The frame is as large as in array-skips-guard, and the guard holds: what matters is not the \
    size of the frame but which of its bytes is touched first.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write,
      site: .inGuard(of: .thread, "overflower", overshoot: 1...4096, guardSize: 4096),
      frames: ["clab_case_array_top_down"]))
) { child in
  let memory = child.layOutStack(size: 512 << 10, below: 4 << 20)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_array_top_down()
  }
}
