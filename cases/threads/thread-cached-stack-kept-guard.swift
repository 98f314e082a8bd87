import CrashLab

let threadCachedStackKeptGuard = CrashCase(
  "thread-cached-stack-kept-guard",
  "A stack from glibc's cache, whose guard stays larger than the one asked for.",
  lesson: """
    A guard that is larger than asked for is kept while the stack is still large enough without \
    it. The size in the attributes is then not the size in force.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, code: .segvAccErr, access: .write,
        site: .inGuard(of: .thread, "overflower", guardSize: 64 << 10))
    ],
    ending: .killed(.segv),
    counters: ["stacks used": 1...1, "guard asked for in bytes": 4096...4096])
) { child in
  overflowCachedStack(
    child, ThreadShape(stackSize: 1 << 20, guardSize: 64 << 10),
    ThreadShape(stackSize: 512 << 10, guardSize: 4096))
}
