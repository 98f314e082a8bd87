import CHarness
import CrashLab
import Glibc

let sentSignalKill = CrashCase(
  "sent-signal-kill", "Another process sends SIGSEGV.",
  lesson: """
    kill is how an impatient script ends a program, and with 11 it looks like a crash to whoever \
    reads only the status. si_code SI_USER and si_pid tell who it was.
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
