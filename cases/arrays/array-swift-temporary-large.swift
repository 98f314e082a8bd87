import CrashLab

let arraySwiftTemporaryLarge = CrashCase(
  "array-swift-temporary-large", "withUnsafeTemporaryAllocation of 16 MiB on a stack of 512 KiB.",
  lesson: """
    Above one kilobyte Swift takes a temporary allocation from the heap unless it knows that the \
    stack has room. The same buffer overflows the stack as an InlineArray and survives here.
    """,
  expect: .survives(counters: ["buffer on the stack": 0...0, "bytes written": 2...2])
) { child in
  child.thread("overflower", stackSize: 512 << 10) {
    let size = Child.opaque(16 << 20)
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
      child.noteBuffer(buffer)
      buffer[0] = 1
      buffer[size - 1] = 1
      child.note("bytes written", Int(buffer[Child.opaque(0)] &+ buffer[size - 1]))
    }
  }
}
