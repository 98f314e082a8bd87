import CNativeCases
import CrashLab

let sharedMemoryProcess = CrashCase(
  "shared-memory-process", "Two processes share one address space; one of them overflows.",
  lesson: """
    clone with CLONE_VM but without CLONE_THREAD: the same memory, two thread groups. The one \
    that overflows dies alone. What a SIGSEGV ends is the thread group, not the memory. (Until \
    Linux 5.16 a core dump took every process that shared the memory with it.)
    """,
  requires: [.kernel(major: 5, minor: 16, why: "a core dump is limited to a thread group")],
  expect: .survives(counters: ["signal of the other": 11...11, "word that it left": 42...42])
) { _ in clab_case_shared_memory_process() }
