import CrashLab

let coroutineOneOfTenThousand = CrashCase(
  "coroutine-one-of-ten-thousand", "10,000 suspended coroutines; one overflows.",
  lesson: """
    All ten thousand coroutines die with their process. Each guard is one more mapping: there are \
    20,000 of them here, and a process may have 65,530.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, code: .segvAccErr, access: .write,
        site: .inGuard(
          of: .coroutine, "coroutine 5000", guardSize: 4096, stackSize: (12 << 10)...(12 << 10)),
        frames: ["descend(_:)", "clab_coroutine_bottom"], period: 1)
    ],
    ending: .killed(.segv), counters: ["suspended": 10_000...10_000])
) { child in
  let count = 10_000
  let pool = child.layOutGuardedStacks(count: count, size: 12 << 10)
  child.thread("scheduler") {
    let coroutines = (1...count).map { number in
      child.coroutine(
        "coroutine \(number)", number: number, on: pool.limit(of: number - 1), size: pool.size
      ) {
        Child.Coroutine.suspend()
        _ = descend(0)
      }
    }
    for coroutine in coroutines { coroutine.resume() }
    child.note("suspended", coroutines.count)
    coroutines[4999].resume()
  }
}
