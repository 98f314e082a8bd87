import CrashLab
import Glibc

let threadExitDestructor = CrashCase(
  "thread-exit-destructor", "Endless recursion in a destructor, while the thread is ending.",
  lesson: """
    Destructors of thread-specific data run after the thread's function has returned. Crash \
    reporters that take the alternate stack down in such a destructor are blind to the next one; \
    the laboratory's stays until the thread is gone.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "overflower"),
      frames: ["descend(_:)"], period: 1))
) { child in
  child.thread("overflower", stackSize: 1 << 20) {
    var key = pthread_key_t()
    pthread_key_create(&key) { _ in _ = descend(0) }
    pthread_setspecific(key, UnsafeRawPointer(bitPattern: 1))
  }
}
