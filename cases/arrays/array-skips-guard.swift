import CNativeCases
import CrashLab

let arraySkipsGuard = CrashCase(
  "array-skips-guard", "A huge array steps over the guard into a neighbour's stack.",
  lesson: """
    The prologue moves the stack pointer by the size of the frame at once, and the guard is one \
    page. If the first byte that is touched lies below the guard, nothing faults: it is written \
    into whatever is there, and thread stacks usually lie next to each other.
    """,
  expect: .corrupts(
    .init(
      "stack", of: "neighbour", bytesChanged: 1...1,
      belowStackLimit: (1 << 20)...(2 << 20)))
) { child in
  overNeighbourStack(child) { clab_case_array_lowest_first() }
}
