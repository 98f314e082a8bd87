import CrashLab

let threadCachedStackSmallerGuard = CrashCase(
  "thread-cached-stack-smaller-guard", "A stack from glibc's cache, whose guard is made smaller.",
  lesson: """
    The new thread wants nearly the whole block, so the part of the old guard that is in the way \
    becomes stack again, and what is left of the guard is what was asked for.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, access: .write,
        site: .inGuard(ofThread: "overflower", guardSize: leastGuard))
    ],
    ending: .killed(.segv),
    counters: ["stacks used": 1...1, "guard asked for in bytes": leastGuard...leastGuard])
) { child in
  overflowCachedStack(
    child, ThreadShape(stackSize: 1 << 20, guardSize: largeGuard),
    ThreadShape(
      stackSize: 1 << 20 + largeGuard - leastGuard - 44 << 10, guardSize: leastGuard))
}
