import CrashLab

let coroutineRecursion = CrashCase(
  "coroutine-recursion", "Endless recursion in a coroutine whose stack is guarded.",
  lesson: """
    The thread's own stack is fine; the coroutine's is not. A reporter that only knows of threads \
    looks at the wrong stack and calls it a bad pointer.
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
