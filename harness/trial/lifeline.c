/*
 * What ties a forked process to its laboratory's life, and frees it from its signals.
 */
#include "trial/child.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Process identifiers are below 2^22 (PID_MAX_LIMIT in the kernel's threads.h). */
enum { PID_BITS = 22, TIME_SHIFT = 10, TIME_BITS = 40 };

static uint64_t mark;

void clab_make_mark(void) {
  uint64_t time = clab_now() >> TIME_SHIFT & ((1ull << TIME_BITS) - 1);
  if (!mark)
    mark = time << PID_BITS | (uint64_t)getpid();
}

uint64_t clab_laboratory_mark(void) { return mark; }

void clab_bear_mark(void) {
  struct rlimit limit = {.rlim_cur = mark, .rlim_max = mark};
  setrlimit(RLIMIT_LOCKS, &limit); /* refused only under a lower limit: there is none by default */
}

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
