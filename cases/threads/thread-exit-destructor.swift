import CrashLab
import Glibc

let threadExitDestructor = CrashCase(
  "thread-exit-destructor", "Endless recursion in a destructor, while the thread is ending.",
  lesson: """
    Destructors of thread-specific data run after the thread's function has returned. A crash \
    reporter that removes the alternate stack in such a destructor misses a crash in the next \
    one; the laboratory keeps it until the thread has ended.
    """,
  expect: .dies(
    .init(
      .segv, access: .write, site: .inGuard(ofThread: "overflower"),
      frames: ["descend(_:)"], period: 1))
) { child in
  child.thread("overflower", stackSize: 1 << 20) {
    var key = pthread_key_t()
    pthread_key_create(&key) { _ in _ = descend(0) }
    pthread_setspecific(key, UnsafeRawPointer(bitPattern: 1))
  }
}
