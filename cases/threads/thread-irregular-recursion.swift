import CNativeCases
import CrashLab

let threadIrregularRecursion = CrashCase(
  "thread-irregular-recursion",
  "Recursive descent over random input: six functions with frames of different sizes.",
  lesson: """
    Not every recursion repeats a pattern. A parser driven by its input leaves frames of many \
    sizes in no order, one of them sized at run time; at what depth it overflows depends on the \
    input.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: ["next_rule", "clab_case_thread_irregular_recursion"]))
) { child in
  child.thread("overflower", stackSize: 1 << 20) { clab_case_thread_irregular_recursion() }
}
