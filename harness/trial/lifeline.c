/*
 * What ties a forked process to its parent's life, and frees it from its parent's signals.
 */
#include "trial/child.h"

#include <sys/prctl.h>
#include <unistd.h>

void clab_die_with(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(1); /* it had gone before prctl */
}

void clab_reset_signals(void) {
  signal(SIGPIPE, SIG_DFL);
  signal(SIGXFSZ, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}
