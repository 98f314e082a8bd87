import CNativeCases
import CrashLab
import Glibc

// With glibc 2.36 formatting 3.14 with %f takes 2.6 KiB of stack, formatting 1e300 4.5 KiB. Other
// versions take less, so it is measured before: the stack is one on which only the first has room.
let coroutineSmallStackLibraryCall = CrashCase(
  "coroutine-small-stack-library-call",
  "printf of a double on a stack of a few KiB: 3.14 works, 1e300 crashes.",
  lesson: """
    The C library does not promise how much stack a call takes, and it may depend on the value. A \
    call that has worked for years on a small stack can overflow it when a number is large.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, access: .write,
        site: .inGuard(
          of: .coroutine, "printer", guardSize: 4096, stackSize: 512...16384),
        frames: [
          "snprintf", "clab_case_coroutine_small_stack_library_call", "clab_coroutine_bottom",
        ])
    ],
    ending: .killed(.segv), counters: ["characters of the first": 8...8])
) { child in
  let large = child.layOutStack(size: 64 << 10)
  let memory = child.layOutStack(size: 16 << 10)
  child.thread("scheduler") {
    // Work of the first call only, such as the loader's, is done here.
    clab_case_coroutine_small_stack_library_call(1e300)
    let first = stackTaken(by: 3.14, child, large)
    let second = stackTaken(by: 1e300, child, large)
    child.note("bytes of stack for the first", first)
    child.note("bytes of stack for the second", second)
    if second - first < 128 {
      child.skip(
        "formatting 1e300 takes \(second) bytes of stack here, 3.14 \(first): too little apart")
    }
    let size = min(memory.size, (first + second) / 2 & ~15)
    child.coroutine("printer", on: memory.limit, size: size) {
      child.note("characters of the first", clab_case_coroutine_small_stack_library_call(3.14))
      child.note("characters of the second", clab_case_coroutine_small_stack_library_call(1e300))
    }.resume()
  }
}

/// How far down a coroutine's stack was written to, bytes.
private func stackTaken(by value: Double, _ child: Child, _ memory: Child.StackLayout) -> Int {
  let pattern: UInt8 = 0xa5
  memset(memory.limit, CInt(pattern), memory.size)
  child.coroutine("measured", on: memory.limit, size: memory.size) {
    child.note("characters of the first", clab_case_coroutine_small_stack_library_call(value))
  }.resume()
  let bytes = UnsafeRawBufferPointer(start: memory.limit, count: memory.size)
  return memory.size - (bytes.firstIndex { $0 != pattern } ?? memory.size)
}
