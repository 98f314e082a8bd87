import CrashLab

let arraySwiftTemporarySmall = CrashCase(
  "array-swift-temporary-small", "withUnsafeTemporaryAllocation of 512 bytes in a recursion.",
  lesson: """
    A small temporary allocation is taken from the stack and makes each frame of a recursion \
    larger. It is far smaller than the guard, so the guard catches it.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, access: .write,
        site: .inGuard(ofThread: "overflower", guardSize: 4096), frames: ["descendWithBuffer"])
    ],
    ending: .killed(.segv), counters: ["buffer on the stack": 1...1])
) { child in
  child.thread("overflower", stackSize: 512 << 10) { _ = descendWithBuffer(0, child) }
}

@inline(never)
private func descendWithBuffer(_ depth: Int, _ child: Child) -> Int {
  withUnsafeTemporaryAllocation(byteCount: 512, alignment: 16) { buffer in
    buffer[0] = UInt8(truncatingIfNeeded: depth)
    if depth == 0 { child.noteBuffer(buffer) }
    return Child.opaque(descendWithBuffer(depth &+ 1, child)) &+ Int(buffer[0])
  }
}
