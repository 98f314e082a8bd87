import CNativeCases
import CrashLab

let coroutineUcontext = CrashCase(
  "coroutine-ucontext", "The same overflow in a coroutine by makecontext and swapcontext.",
  lesson: """
    The C library's own coroutines are no different: the program supplies the stack and must \
    supply its guard. Only the program knows that there is another stack.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write,
      site: .inGuard(of: .coroutine, "parser", guardSize: 4096), frames: ["descend", "entry"],
      period: 1))
) { child in
  let memory = child.layOutStack(size: 64 << 10)
  child.thread("scheduler") { clab_case_coroutine_ucontext(memory.limit, memory.size) }
}
