import CNativeCases
import CrashLab

let threadOpenMP = CrashCase(
  "thread-openmp",
  "A thread of OpenMP's pool overflows the \(size >> 10) KiB that OMP_STACKSIZE gives it.",
  lesson: """
    The threads of an OpenMP pool get stacks of OMP_STACKSIZE, whatever `ulimit -s` says; only the \
    first thread runs on the main stack. A loop that works with one thread can overflow with two: \
    private arrays lie on each thread's stack. Raise OMP_STACKSIZE.
    """,
  environment: ["OMP_STACKSIZE": "\(size >> 10)K", "OMP_NUM_THREADS": "2", "OMP_DYNAMIC": "false"],
  expect: .dies(
    .init(
      .segv, access: .write,
      site: .inGuard(ofThread: "pool", stackSize: (size - 16 << 10)...(size + 16 << 10)),
      frames: ["clab_case_descend", "openmp_worker"], period: 1))
) { child in
  guard clab_case_openmp(2) else {
    child.skip("libgomp.so.1 is not there (Debian: libgomp1)")
  }
}

/// No thread's stack is smaller than PTHREAD_STACK_MIN, which is 128 KiB on aarch64.
#if arch(arm64)
  private let size = 128 << 10
#else
  private let size = 64 << 10
#endif
