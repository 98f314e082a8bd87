import CNativeCases
import CrashLab

let flagMissing = CrashCase(
  "flag-missing",
  "The thread has an alternate stack, but the handler was installed without SA_ONSTACK.",
  lesson: """
    Only a handler that was installed with SA_ONSTACK runs on the alternate stack. Without the \
    flag the kernel uses the ordinary stack, which is the one that has run out: the alternate \
    stack is there and is not used.
    """,
  arming: .notOnStack,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .notOnAlternateStack))
) { child in
  child.thread("overflower") { clab_case_descend() }
}
