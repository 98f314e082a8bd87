import CrashLab
import Glibc

let sentSignalQueue = CrashCase(
  "sent-signal-queue", "Sends SIGSEGV to itself with a value (sigqueue).",
  lesson: """
    sigqueue sends a word with the signal, in the bytes behind the sender: a reporter that \
    prints si_addr without looking at si_code prints process and user as if they were an \
    address.
    """,
  expect: .dies(
    .init(
      .segv, code: .queue, site: .init(.notAFault), sender: .itself))
) { _ in
  sigqueue(getpid(), SIGSEGV, sigval(sival_int: 7))
  while true { pause() }
}
