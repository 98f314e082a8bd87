import CrashLab
import Glibc

let sentSignalRaise = CrashCase(
  "sent-signal-raise", "Sends SIGSEGV to its own thread.",
  lesson: """
    A SIGSEGV need not be a fault. si_code is negative or zero when a process has sent it, and \
    then there is no address: those bytes of siginfo hold the sender. Returning from the handler \
    does not bring it back.
    """,
  expect: .dies(
    .init(
      .segv, code: .tkill, site: .init(.notAFault), sender: .itself))
) { _ in raise(SIGSEGV) }
