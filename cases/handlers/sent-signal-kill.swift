import CHarness
import CrashLab
import Glibc

let sentSignalKill = CrashCase(
  "sent-signal-kill", "Another process sends SIGSEGV.",
  lesson: """
    A script may end a program with kill. With signal 11 the exit status looks like that of a \
    crash. si_code SI_USER and si_pid name the sender.
    """,
  expect: .dies(
    .init(
      .segv, code: .user, site: .init(.notAFault), sender: .other))
) { child in
  let victim = getpid()
  if child.fork() == 0 {
    kill(victim, SIGSEGV)
    _exit(0)
  }
  while true { pause() }
}
