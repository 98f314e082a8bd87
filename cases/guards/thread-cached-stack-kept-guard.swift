import CrashLab

let threadCachedStackKeptGuard = CrashCase(
  "thread-cached-stack-kept-guard",
  "A stack from glibc's cache, whose guard stays larger than the one asked for.",
  lesson: """
    A guard that is larger than asked for is kept while the stack is still large enough without \
    it. The size in the attributes is then not the size in force. (glibc 2.43 makes it as small \
    as was asked for, on kernels with MADV_GUARD_INSTALL and without.)
    """,
  expect: .init(
    faults: [
      .init(
        .segv, access: .write,
        site: .inGuard(ofThread: "overflower", guardSize: largeGuard, guardSizeIfShrunk: leastGuard)
      )
    ],
    ending: .killed(.segv),
    counters: ["stacks used": 1...1, "guard asked for in bytes": leastGuard...leastGuard])
) { child in
  overflowCachedStack(
    child, ThreadShape(stackSize: 1 << 20, guardSize: largeGuard),
    ThreadShape(stackSize: 512 << 10, guardSize: leastGuard))
}
