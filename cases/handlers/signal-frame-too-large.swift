import CHarness
import CNativeCases
import CrashLab
import Glibc

let signalFrameTooLarge = CrashCase(
  "signal-frame-too-large",
  "A signal comes to a coroutine that has less stack left than the signal's frame needs.",
  lesson: """
    The kernel saves all registers on the stack before it calls a handler: 3 KiB and more with wide \
    vector registers, on whatever stack the signal finds, unless SA_ONSTACK is set. Where that does \
    not fit it kills with SIGSEGV, from the kernel and without an address, although the program \
    has overflowed nothing. Stacks of a few KiB need alternate stacks, or no signals.
    """,
  expect: .dies(
    .init(
      .segv, code: .kernel, access: .write,
      site: .init(.guard, owner: .init(kind: .coroutine, name: "small"), stackSize: 2048...2048)))
) { child in
  guard clab_minimum_signal_stack() > 2048 else {
    child.skip("this processor's signal frame fits into 2 KiB, or the kernel does not tell")
  }
  let memory = child.layOutStack(size: 4096)
  child.thread("scheduler") {
    signal(SIGUSR1) { _ in }
    raise(0)  // the loader's part of the first call needs more stack than the signal
    child.coroutine("small", on: memory.limit, size: 2048) { raise(SIGUSR1) }.resume()
  }
}
