import CNativeCases
import CrashLab

// On x86-64 this is a general protection fault, reported without an address. Other processors raise
// an ordinary fault with the address.
let nonCanonical = CrashCase(
  "non-canonical", "Writes to an address that no process can have.",
  lesson: """
    On x86-64 the upper bits of an address must repeat its highest used bit. Any other address \
    raises a general protection fault, for which the processor reports no address: the kernel \
    sends SI_KERNEL and 0. A reporter that takes the 0 for an address calls it a null pointer.
    """,
  requires: [.architecture("x86_64", why: "a general protection fault")],
  expect: .dies(
    .init(.segv, code: .kernel, site: .init(.nonCanonical), frames: ["clab_case_non_canonical"]))
) { _ in clab_case_non_canonical() }
