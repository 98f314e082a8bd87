import CHarness
import CNativeCases
import CrashLab

// Where the kernel is built with CONFIG_STRICT_SIGALTSTACK_SIZE, or the process may use AMX,
// sigaltstack itself refuses (ENOMEM): the case is then skipped with that reason.
let alternateStackTooSmall = CrashCase(
  "alternate-stack-too-small",
  "An alternate stack of MINSIGSTKSZ bytes, on a processor whose signal frame is larger.",
  lesson: """
    MINSIGSTKSZ is 2048, which was enough before processors had vector registers of 64 bytes: the \
    signal frame holds all of them. The size needed on this machine is in the auxiliary vector \
    (AT_MINSIGSTKSZ). sigaltstack accepts the small stack; delivering the signal fails.
    """,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .alternateStackTooSmall))
) { child in
  let needed = clab_minimum_signal_stack()
  guard needed > 0 else {
    child.skip("this kernel does not tell how large its signal frame is (Linux 5.14 does)")
  }
  guard needed > 2048 else {
    child.skip("this processor's signal frame fits into MINSIGSTKSZ (2048 bytes)")
  }
  let memory = child.layOutStack(size: 4096)
  child.thread("overflower", arming: .noAlternateStack) {
    child.useAlternateStack("overflower", at: memory.limit, size: 2048)
    clab_case_descend()
  }
}
