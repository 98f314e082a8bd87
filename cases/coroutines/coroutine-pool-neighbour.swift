import CNativeCases
import CrashLab

let coroutinePoolNeighbour = CrashCase(
  "coroutine-pool-neighbour", "Coroutine stacks laid end to end: one runs into the next.",
  lesson: """
    A pool without guards saves one mapping for each coroutine. In return, an overflow of one \
    coroutine changes the stack of the next, and the failure shows there.
    """,
  expect: .corrupts(
    .init("coroutine stack", of: "coroutine 1", belowStackLimit: 1...(12 << 10)))
) { child in
  let size = 64 << 10
  let pool = child.layOutStack(size: 2 * size)
  let lower = pool.limit
  let upper = pool.limit + size
  child.thread("scheduler") {
    let neighbour = child.coroutine("coroutine 1", number: 1, on: lower, size: size) {
      Child.Coroutine.suspend()
    }
    neighbour.resume()
    // It is suspended near its top only if nothing was in its way: the canary is the part below.
    child.canary("coroutine stack", of: "coroutine 1", at: lower, size: size, below: upper)
    child.coroutine("coroutine 2", number: 2, on: upper, size: size) {
      clab_case_descend_below(upper - (8 << 10))
    }.resume()
  }
}
