import CNativeCases
import CrashLab

let flagMissing = CrashCase(
  "flag-missing",
  "The thread has an alternate stack, but the handler was installed without SA_ONSTACK.",
  lesson: """
    An alternate stack is used only by handlers that ask for it. Without SA_ONSTACK the kernel \
    turns to the ordinary stack, which is what has run out: the preparation was there, and one \
    flag made it worthless.
    """,
  arming: .notOnStack,
  observed: true,
  expect: .dies(.overflowerInGuard(handled: false, because: .notOnAlternateStack))
) { child in
  child.thread("overflower") { clab_case_descend() }
}
