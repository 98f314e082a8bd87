/*
 * Holding threads still: for a look at all of them at one moment. Those that an observer traces
 * already stand until it waits for what has happened to them; those of a process that nobody traced
 * go on afterwards as they were, also if they had been stopped.
 */
#include "clab_observer.h"
#include "observer/stops.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_NANOSECONDS = 50 * 1000 };

/* 1: it stands or has ended, with its status; 0: not yet; -1: it can't be waited for. */
static int has_stopped(pid_t thread, int *status) {
  pid_t got;
  do
    got = waitpid(thread, status, __WALL | WNOHANG);
  while (got < 0 && errno == EINTR);
  return got == thread ? 1 : got == 0 ? 0 : -1;
}

static unsigned wait_for_all(struct clab_held *threads, unsigned count, uint64_t until) {
  unsigned held = 0, left = 0;
  for (unsigned i = 0; i < count; i++)
    left += threads[i].state == CLAB_HOLD_ASKED;
  while (left > 0) {
    for (unsigned i = 0; i < count; i++) {
      if (threads[i].state != CLAB_HOLD_ASKED)
        continue;
      int stopped = has_stopped(threads[i].thread, &threads[i].status);
      if (stopped == 0)
        continue;
      left--;
      bool stands = stopped > 0 && WIFSTOPPED(threads[i].status);
      threads[i].state = stands ? CLAB_HOLD_STANDS : stopped > 0 ? CLAB_HOLD_ENDED : CLAB_HOLD_NOT;
      held += stands;
    }
    if (left == 0 || clab_now() >= until)
      break;
    nanosleep(&(struct timespec){.tv_nsec = POLL_NANOSECONDS}, NULL);
  }
  return held;
}

static int ask(pid_t thread, bool seize) {
  if (seize && ptrace(PTRACE_SEIZE, thread, NULL, NULL))
    return errno;
  return ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) ? errno : 0;
}

unsigned clab_observer_hold(struct clab_held *threads, unsigned count, bool seize,
                            uint64_t patience) {
  for (unsigned i = 0; i < count; i++) {
    threads[i].error = ask(threads[i].thread, seize);
    threads[i].state = threads[i].error ? CLAB_HOLD_NOT : CLAB_HOLD_ASKED;
  }
  return wait_for_all(threads, count, clab_now() + patience);
}

void clab_observer_hand_on(const struct clab_held *threads, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (threads[i].state == CLAB_HOLD_STANDS || threads[i].state == CLAB_HOLD_ENDED)
      clab_stops_put_back(threads[i].thread, threads[i].status);
}

void clab_observer_release(const struct clab_held *threads, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    if (threads[i].state != CLAB_HOLD_STANDS)
      continue;
    /* A signal that came in the same moment is the thread's; an event carries none. */
    int status = threads[i].status;
    long signal = status >> 16 ? 0 : WSTOPSIG(status);
    ptrace(PTRACE_DETACH, threads[i].thread, NULL, signal);
  }
}
