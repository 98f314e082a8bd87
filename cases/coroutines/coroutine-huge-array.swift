import CNativeCases
import CrashLab

let coroutineHugeArray = CrashCase(
  "coroutine-huge-array", "An array larger than the guard, on a guarded coroutine stack.",
  lesson: """
    Coroutine stacks are small and lie close together, so a frame need not be very large to step \
    over the guard: it lands in the next coroutine's stack, and the guard between them never fires.
    """,
  expect: .corrupts(
    .init(
      "coroutine stack", of: "coroutine 1", bytesChanged: 1...1,
      belowStackLimit: (1 << 20)...(2 << 20)))
) { child in
  let upper = child.layOutStack(size: 512 << 10, below: 4 << 20)
  child.thread("scheduler") {
    child.coroutine("coroutine 1", number: 1, on: upper.below, size: upper.belowSize) {
      Child.Coroutine.suspend()
    }.resume()
    child.canary(
      "coroutine stack", of: "coroutine 1", at: upper.below, size: upper.belowSize - (256 << 10),
      below: upper.limit)
    child.coroutine("coroutine 2", number: 2, on: upper.limit, size: upper.size) {
      clab_case_array_lowest_first()
    }.resume()
  }
}
