import CrashLab
import Glibc

let sentSignalRaise = CrashCase(
  "sent-signal-raise", "Sends SIGSEGV to its own thread.",
  lesson: """
    A SIGSEGV need not be a fault. si_code is negative or zero when a process has sent it; there \
    is no address then, and those bytes of siginfo hold the sender. The signal does not come \
    again when the handler returns.
    """,
  expect: .dies(
    .init(
      .segv, code: .tkill, site: .init(.notAFault), sender: .itself))
) { _ in raise(SIGSEGV) }
