import CrashLab

let coroutineRecursion = CrashCase(
  "coroutine-recursion", "Endless recursion in a coroutine whose stack is guarded.",
  lesson: """
    The thread's own stack has room; the coroutine's has not. A reporter that knows only thread \
    stacks looks at the wrong stack and reports a bad pointer.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write,
      site: .inGuard(of: .coroutine, "parser", guardSize: 4096), frames: ["descend(_:)"]))
) { child in
  let memory = child.layOutStack(size: 64 << 10)
  child.thread("scheduler") {
    child.coroutine("parser", on: memory.limit, size: memory.size) { _ = descend(0) }.resume()
  }
}
