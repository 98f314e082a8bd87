import CrashLab

// The guard then lies in two mappings, which the kernel does not merge: what was stack is accounted
// (VM_ACCOUNT), what was guard from the start is not.
let threadCachedStackLargerGuard = CrashCase(
  "thread-cached-stack-larger-guard",
  "A stack from glibc's cache, with a larger guard than it had.",
  lesson: """
    A stack from glibc's cache keeps its memory but not its guard: if the new thread wants more, \
    the guard is extended upwards and the usable part of the stack shrinks.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, access: .write,
        site: .inGuard(ofThread: "overflower", guardSize: larger))
    ],
    ending: .killed(.segv),
    counters: ["stacks used": 1...1, "guard asked for in bytes": larger...larger])
) { child in
  overflowCachedStack(
    child, ThreadShape(stackSize: 1 << 20, guardSize: leastGuard),
    ThreadShape(stackSize: 512 << 10, guardSize: larger))
}

private let larger = 60 << 10 + leastGuard
