import CrashLab
import Dispatch

let asyncRecursion = CrashCase(
  "async-recursion", "Recursion in an async function, a million deep.",
  lesson: """
    The frame of an async function lies in the Task's allocator, on the heap. A million of them \
    overflow no stack; they grow the heap.
    """,
  expect: .survives(counters: [
    "depth": 1_000_000...1_000_000, "heap growth in bytes": (32 << 20)...(2 << 30),
  ])
) { child in
  let done = DispatchSemaphore(value: 0)
  let before = residentBytes()
  Task {
    let depth = await descendAsync(1_000_000) {
      child.note("heap growth in bytes", residentBytes() - before)
    }
    child.note("depth", depth)
    done.signal()
  }
  done.wait()
}

@inline(never)
private func descendAsync(_ left: Int, atBottom: @Sendable () -> Void) async -> Int {
  if Child.opaque(left) == 0 {
    atBottom()
    return 0
  }
  return Child.opaque(await descendAsync(left - 1, atBottom: atBottom)) &+ 1
}
