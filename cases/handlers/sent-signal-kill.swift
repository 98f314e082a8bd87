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
  // Since glibc 2.41 a thread blocks all signals while it forks: sent meanwhile, the signal would go
  // to another thread, a bystander.
  var forked: [Int32] = [-1, -1]
  if pipe(&forked) != 0 { child.giveUp("no pipe") }
  var byte: UInt8 = 0
  if child.fork() == 0 {
    close(forked[1])
    if read(forked[0], &byte, 1) == 1 { kill(victim, SIGSEGV) }
    _exit(0)
  }
  write(forked[1], &byte, 1)
  while true { pause() }
}
