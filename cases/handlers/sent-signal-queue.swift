import CrashLab
import Glibc

let sentSignalQueue = CrashCase(
  "sent-signal-queue", "Sends SIGSEGV to itself with a value (sigqueue).",
  lesson: """
    sigqueue sends a word with the signal, stored in siginfo after the sender. A reporter that \
    prints si_addr without checking si_code prints the sender's process and user identifiers as \
    an address.
    """,
  expect: .dies(
    .init(
      .segv, code: .queue, site: .init(.notAFault), sender: .itself))
) { _ in
  sigqueue(getpid(), SIGSEGV, sigval(sival_int: 7))
  while true { pause() }
}
