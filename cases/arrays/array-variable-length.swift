import CNativeCases
import CrashLab

// The frame itself lies below the array, so what a call pushes is written there as well.
let arrayVariableLength = CrashCase(
  "array-variable-length", "An array on the stack whose length comes from input.",
  lesson: """
    A variable-length array moves the stack pointer as far as the input says. Whoever controls \
    the length controls how far the access steps over the guard, and where the write falls.
    """,
  expect: .corrupts(
    .init(
      "stack", of: "neighbour", bytesChanged: 1...128,
      belowStackLimit: (1 << 20)...(2 << 20)))
) { child in
  overNeighbourStack(child) { clab_case_array_variable_length() }
}
