import CNativeCases
import CrashLab
import Glibc

// Not SIGBUS: the kernel's write in setup_rt_frame fails by an exception-table fix-up, never as a
// signal, and force_sigsegv follows.
let alternateStackBadTruncatedFile = CrashCase(
  "alternate-stack-bad-truncated-file",
  "The alternate stack lies in a mapped file that was cut off.",
  lesson: """
    A program's own access to such a page raises SIGBUS. When the kernel itself fails to write \
    the signal frame there, it sends SIGSEGV: a signal that can't be delivered becomes a forced \
    kill.
    """,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .alternateStackPastFile))
) { child in
  let size = 64 << 10
  var file: Int32 = -1
  let memory = clab_case_map_file(size, &file)
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack("overflower", at: memory!, size: size)
    ftruncate(file, 0)
    clab_case_descend()
  }
}
