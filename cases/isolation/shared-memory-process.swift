import CNativeCases
import CrashLab

let sharedMemoryProcess = CrashCase(
  "shared-memory-process", "Two processes share one address space; one of them overflows.",
  lesson: """
    clone with CLONE_VM but without CLONE_THREAD: the same memory, two thread groups. The process \
    that overflows dies alone. SIGSEGV ends a thread group, not everything that shares its \
    memory. (Until Linux 5.16 a core dump ended every process that shared the memory.)
    """,
  expect: .survives(counters: ["signal of the other": 11...11, "word that it left": 42...42])
    .diesWithSharer(of: .segv)
) { _ in clab_case_shared_memory_process() }
