import CNativeCases
import CrashLab
import Glibc

let coroutineUnguarded = CrashCase(
  "coroutine-unguarded", "A coroutine on a stack from malloc overruns it.",
  lesson: """
    Below a stack from malloc lies the heap. The overflow changes other data of the program, and \
    no signal is sent.
    """,
  expect: .corrupts(
    .init("heap block", of: "malloc", belowStackLimit: 1...(12 << 10)))
) { child in
  // One block for both, so that what lies below the stack is known.
  let canarySize = 32 << 10
  let stackSize = 64 << 10
  guard let block = malloc(canarySize + stackSize) else {
    child.giveUp("no memory for a stack")
  }
  let stack = block + canarySize
  child.canary("heap block", of: "malloc", at: block, size: canarySize, below: stack)
  child.thread("scheduler") {
    child.coroutine("parser", on: stack, size: stackSize) {
      clab_case_descend_below(stack - (8 << 10))
    }.resume()
  }
}
