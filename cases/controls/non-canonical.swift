import CNativeCases
import CrashLab

// On x86-64 this is a general protection fault: no address is told. Other processors raise an
// ordinary fault with the address.
let nonCanonical = CrashCase(
  "non-canonical", "Writes to an address that no process can have.",
  lesson: """
    On x86-64 an address whose upper bits are no sign extension raises a general protection fault, \
    for which the kernel knows no address: it says SI_KERNEL and 0. A reporter that believes the 0 \
    calls it a null pointer.
    """,
  requires: [.architecture("x86_64", why: "a general protection fault")],
  expect: .dies(
    .init(.segv, code: .kernel, site: .init(.nonCanonical), frames: ["clab_case_non_canonical"]))
) { _ in clab_case_non_canonical() }
