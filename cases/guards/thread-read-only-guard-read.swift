import CNativeCases
import CrashLab
import Glibc

let threadReadOnlyGuardRead = CrashCase(
  "thread-read-only-guard-read", "A guard that may be read, and an overflow that only reads.",
  lesson: """
    An array whose lowest byte lies in the guard is read before it is written: the page permits \
    that and returns zero. The stack pointer was inside the guard, and nothing faulted.
    """,
  expect: .survives(counters: ["byte read from the guard": 0...0, "depth in the guard": 1...4096])
) { child in
  let memory = child.layOutStack(size: 256 << 10)
  mprotect(memory.limit - memory.guardSize, memory.guardSize, PROT_READ)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_thread_read_only_guard_read(memory.limit)
  }
}
