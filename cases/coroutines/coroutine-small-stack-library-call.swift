import CNativeCases
import CrashLab

// Measured with glibc 2.36: formatting 3.14 with %f takes 2.6 KiB of stack, formatting 1e300 4.5 KiB.
let coroutineSmallStackLibraryCall = CrashCase(
  "coroutine-small-stack-library-call",
  "printf of a double on a stack of 4 KiB: 3.14 works, 1e300 crashes.",
  lesson: """
    The C library does not promise how much stack a call takes, and it may depend on the value. A \
    call that has worked for years on a small stack can overflow it when a number is large.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, code: .segvAccErr, access: .write,
        site: .inGuard(
          of: .coroutine, "printer", guardSize: 4096, stackSize: 4096...4096),
        frames: [
          "snprintf", "clab_case_coroutine_small_stack_library_call", "clab_coroutine_bottom",
        ])
    ],
    ending: .killed(.segv), counters: ["characters of the first": 8...8])
) { child in
  let memory = child.layOutStack(size: 4096)
  child.thread("scheduler") {
    // Work of the first call only, such as the loader's, is done here.
    clab_case_coroutine_small_stack_library_call(1e300)
    child.coroutine("printer", on: memory.limit, size: memory.size) {
      child.note("characters of the first", clab_case_coroutine_small_stack_library_call(3.14))
      child.note("characters of the second", clab_case_coroutine_small_stack_library_call(1e300))
    }.resume()
  }
}
