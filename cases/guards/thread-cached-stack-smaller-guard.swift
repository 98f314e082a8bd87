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
        site: .inGuard(ofThread: "overflower", guardSize: 4096))
    ],
    ending: .killed(.segv),
    counters: ["stacks used": 1...1, "guard asked for in bytes": 4096...4096])
) { child in
  overflowCachedStack(
    child, ThreadShape(stackSize: 1 << 20, guardSize: 64 << 10),
    ThreadShape(stackSize: 1040 << 10, guardSize: 4096))
}
