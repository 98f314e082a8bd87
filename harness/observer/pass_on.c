/* Signals that are meant for the program and come to whoever started it. */
#include "clab_observer.h"

#include <errno.h>
#include <signal.h>

static volatile sig_atomic_t program;

/* Async-signal-safe: yes */
static void pass_on(int number) {
  int error = errno;
  if (program > 0)
    kill(program, number);
  errno = error;
}

void clab_observer_pass_on(pid_t process) {
  static const int signals[] = {SIGTERM, SIGHUP};
  static struct sigaction before[sizeof signals / sizeof *signals];
  struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    if (process > 0 && program == 0)
      sigaction(signals[i], NULL, &before[i]);
    /* nohup: what the caller ignores it goes on ignoring. */
    if (before[i].sa_handler != SIG_IGN)
      sigaction(signals[i], process > 0 ? &action : &before[i], NULL);
  }
  program = process;
}
