import CrashLab
import Glibc

let threadHoleInStack = CrashCase(
  "thread-hole-in-stack", "A page in the middle of the live stack is unmapped.",
  lesson: """
    The recursion dies with half of its stack unused. It is not an overflow: the fault lies above \
    the stack limit, in a hole that munmap has made.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write,
      site: .init(
        .ownStack, owner: .init(kind: .thread, name: "overflower"), guardKind: .mapping,
        stackSize: (256 << 10)...(256 << 10),
        // The hole's page begins 128 KiB above the limit, and its last bytes are hit first.
        overshoot: (-132 << 10)...(-128 << 10)), frames: ["descend(_:)"], period: 1))
) { child in
  let memory = child.layOutStack(size: 256 << 10)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    munmap(memory.limit + (128 << 10), 4096)
    _ = descend(0)
  }
}
