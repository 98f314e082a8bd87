/* Signals that are meant for the program and come to whoever started it. */
#include "clab_observer.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A descriptor, not a number: that may be another process's once the program has been waited for.
 */
static volatile sig_atomic_t program = -1;

int clab_observer_pidfd(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

/* Async-signal-safe: yes */
static void pass_on(int number) {
  int error = errno;
  if (program >= 0)
    syscall(SYS_pidfd_send_signal, program, number, NULL, 0);
  errno = error;
}

void clab_observer_pass_on(pid_t process) {
  static const int signals[] = {SIGTERM, SIGHUP};
  static struct sigaction before[sizeof signals / sizeof *signals];
  struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
  int old = program;
  if (process <= 0 && old < 0)
    return;
  if (process > 0)
    program = clab_observer_pidfd(process);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    if (process > 0 && old < 0)
      sigaction(signals[i], NULL, &before[i]);
    /* nohup: what the caller ignores it goes on ignoring. */
    if (before[i].sa_handler != SIG_IGN)
      sigaction(signals[i], process > 0 ? &action : &before[i], NULL);
  }
  if (process <= 0)
    program = -1;
  if (old >= 0)
    close(old);
}
