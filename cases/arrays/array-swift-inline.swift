import CrashLab

let arraySwiftInline = CrashCase(
  "array-swift-inline", "A Swift InlineArray of 9 MB on a thread's stack.",
  lesson: """
    Swift emits no stack probes: the function subtracts 9 MB from the stack pointer at once. The \
    first access lies megabytes below the guard.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write,
      site: .init(
        .pastGuard, owner: .init(kind: .thread, name: "overflower"),
        overshoot: (512 << 10)...(60 << 20), skipped: (512 << 10)...(60 << 20)),
      frames: ["sumOfInlineArray(of:)"]))
) { child in
  let memory = child.layOutStack(size: 8 << 20, below: 64 << 20, of: .hole)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    _ = sumOfInlineArray(of: UInt8(truncatingIfNeeded: Child.opaque(7)))
  }
}

@inline(never)
private func sumOfInlineArray(of value: UInt8) -> Int {
  let array = InlineArray<9_000_000, UInt8>(repeating: value)
  return Int(array[Child.opaque(1)]) + Int(array[Child.opaque(8_999_999)])
}
