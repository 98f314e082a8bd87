import CProbedCases
import CrashLab

let arrayProbed = CrashCase(
  "array-probed", "The same array, compiled with stack-clash protection.",
  lesson: """
    -fstack-clash-protection touches every page of a large frame in the prologue. The guard is hit \
    before the first statement, and nothing below it is written.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write,
      site: .inGuard(of: .thread, "overflower", overshoot: 1...4096, guardSize: 4096),
      frames: ["touch_lowest", "clab_case_array_probed"]))
) { child in
  let memory = child.layOutStack(size: 512 << 10, below: 4 << 20)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_array_probed()
  }
}
