import CNativeCases
import CrashLab
import Glibc

// glibc's tunable stands for libraries with thread-local variables: the room is laid out in the same
// way. A C library without it makes no room.
let threadStaticTLS = CrashCase(
  "thread-static-tls",
  "Thread-local variables of \(storage >> 10) KiB on a stack of \(size >> 10) KiB: what is left "
    + "overflows after 16.",
  lesson: """
    Static thread-local storage lies on each thread's stack, above its first frame. A library that \
    brings large thread-local variables makes every thread's stack smaller: pthread_create fails \
    with EINVAL where nothing is left, or the thread overflows far above what its size seems to \
    allow.
    """,
  environment: ["GLIBC_TUNABLES": "glibc.rtld.optional_static_tls=\(storage)"],
  expect: .init(
    faults: [
      .init(
        .segv, access: .write,
        site: .inGuard(ofThread: "overflower", stackSize: (size - 8 << 10)...size),
        frames: ["clab_case_descend"], period: 1)
    ],
    ending: .killed(.segv), counters: ["bytes above the first frame": storage...(storage + 8 << 10)]
  )
) { child in
  child.thread("overflower", stackSize: size) {
    let (limit, size) = child.ownStack()
    let taken = withUnsafeTemporaryAllocation(byteCount: 16, alignment: 16) { frame in
      frame.baseAddress.map { limit + size - $0 } ?? 0
    }
    if taken < storage {
      child.skip("this C library makes no room of its own accord (glibc.rtld.optional_static_tls)")
    }
    child.note("bytes above the first frame", taken)
    clab_case_descend()
  }
}

/// No thread's stack is smaller than PTHREAD_STACK_MIN, which is 128 KiB on aarch64.
#if arch(arm64)
  private let size = 128 << 10
#else
  private let size = 64 << 10
#endif
private let storage = size - 16 << 10
