/* A clock that ends waits: for looks at threads that run, again and again. */
#include "observer/tick.h"

#include "clab_observer.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>

static volatile sig_atomic_t due;

/* Async-signal-safe: yes */
static void tick(int signal) {
  (void)signal;
  due = 1;
}

/* Async-signal-safe: yes */
bool clab_tick_is_due(void) { return due; }

int clab_observer_tick(uint64_t microseconds) {
  struct sigaction action = {.sa_handler = tick}; /* without SA_RESTART: it ends a wait */
  struct timeval time = {(time_t)(microseconds / 1000000), (suseconds_t)(microseconds % 1000000)};
  struct itimerval every = {time, time};
  sigemptyset(&action.sa_mask);
  if (microseconds == 0)
    action.sa_handler = SIG_IGN; /* of the last one, which may be on its way */
  if (sigaction(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &every, NULL))
    return errno;
  due = 0;
  return 0;
}

/* Async-signal-safe: yes */
bool clab_observer_take_tick(void) {
  bool was_due = due;
  due = 0;
  return was_due;
}

int clab_observer_interrupt(pid_t thread) {
  return ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) ? errno : 0;
}

bool clab_call_begins_anew(long call) {
  switch (call) {
#ifdef SYS_epoll_wait
  case SYS_epoll_wait:
#endif
  case SYS_epoll_pwait:
#ifdef SYS_epoll_pwait2
  case SYS_epoll_pwait2:
#endif
  case SYS_semop:
  case SYS_semtimedop:
  case SYS_rt_sigtimedwait:
  case SYS_io_getevents:
    return false;
  default:
    return true;
  }
}
