/*
 * Tracing: attaching, waiting for stops, going on. One place for the encodings of waitpid's status
 * (ptrace(2), "Stopped states").
 */
#include "architecture/dwarf.h"
#include "clab_observer.h"
#include "observer/stops.h"
#include "observer/tick.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long options_of(uint32_t flags) {
  long options = PTRACE_O_TRACECLONE;
  if (!(flags & CLAB_OBSERVE_OUTLIVED))
    options |= PTRACE_O_EXITKILL;
  if (flags & CLAB_OBSERVE_FORKS)
    options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
  if (flags & CLAB_OBSERVE_EXECUTION)
    options |= PTRACE_O_TRACEEXEC;
  if (flags & CLAB_OBSERVE_LEAVING)
    options |= PTRACE_O_TRACEEXIT;
  return options;
}

int clab_observer_seize(pid_t process, uint32_t flags) {
  return ptrace(PTRACE_SEIZE, process, NULL, options_of(flags)) ? errno : 0;
}

int clab_observer_change(pid_t thread, uint32_t flags) {
  return ptrace(PTRACE_SETOPTIONS, thread, NULL, options_of(flags)) ? errno : 0;
}

static bool is_job_control(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static enum clab_stop_kind kind_of(pid_t thread, int event, int signal) {
  switch (event) {
  case 0:
    return CLAB_STOPPED_SIGNAL;
  case PTRACE_EVENT_STOP: /* else the first stop of a new thread, or the end of a group stop */
    return is_job_control(signal) ? CLAB_STOPPED_GROUP : CLAB_STOPPED_EVENT;
  case PTRACE_EVENT_EXEC:
    return CLAB_STOPPED_EXECUTED;
  case PTRACE_EVENT_EXIT:
    return clab_syscall_of_thread(thread) == SYS_exit_group ? CLAB_STOPPED_LEAVING
                                                            : CLAB_STOPPED_EXITING;
  case PTRACE_EVENT_CLONE:
    return CLAB_STOPPED_MAKING;
  default:
    return CLAB_STOPPED_EVENT;
  }
}

/*
 * waitpid for any child looks at all of them, the newest first, before it sleeps and when it is
 * woken: with thousands of threads, each of which stops once and ends once, that is what observing
 * them costs. Who it will be next is guessed then and asked for alone, which takes no look at the
 * others. A wrong guess costs no more than a look at all of them.
 */
enum { MANY = 128, GUESSES_IN_A_ROW = 16 };

static unsigned observed; /* how many there are, about */
static pid_t last, creator;

/* Async-signal-safe: yes */
static pid_t wait_any(int *status, bool block) {
  pid_t thread;
  do
    thread = waitpid(-1, status, __WALL | (block ? 0 : WNOHANG));
  while (thread < 0 && errno == EINTR && !clab_tick_is_due());
  return thread;
}

/* Async-signal-safe: yes */
static bool has_stopped(pid_t thread, int *status) {
  return thread > 0 && waitpid(thread, status, __WALL | WNOHANG) == thread;
}

/*
 * Who sleeps is woken by another processor, which takes longer than most threads run between two
 * stops (a fault that is handled, a thread that is made): so it is looked for a while first. Where
 * that was in vain, it is tried ever more rarely.
 */
enum { LOOKING_NANOSECONDS = 50 * 1000, RAREST = 10 };

/* Looks for a stop by `look`, which does not sleep. Returns what that returned at last: 0 if
   nothing has stopped. Async-signal-safe: yes */
static pid_t look_for_a_while(pid_t (*look)(int *status), int *status) {
  static unsigned in_vain, left_out;
  if (left_out) {
    left_out--;
    return look(status);
  }
  uint64_t until = clab_now() + LOOKING_NANOSECONDS;
  do {
    pid_t thread = look(status);
    if (thread) {
      in_vain = 0;
      return thread;
    }
  } while (clab_now() < until && !clab_tick_is_due());
  left_out = 1u << in_vain;
  in_vain += in_vain < RAREST;
  return 0;
}

/* Async-signal-safe: yes */
static pid_t look_at_all(int *status) { return wait_any(status, false); }

/* The thread that stopped last, the one that was made after it, and the one that makes others.
   Returns 0 if it is none of them. Async-signal-safe: yes */
static pid_t wait_guessed(int *status) {
  pid_t likely[] = {last + 1, last, creator};
  for (size_t i = 0; i < sizeof likely / sizeof *likely; i++)
    if (has_stopped(likely[i], status))
      return likely[i];
  return 0;
}

/* Async-signal-safe: yes */
static pid_t wait_among_many(int *status) {
  static unsigned guessed;
  if (guessed < GUESSES_IN_A_ROW) { /* nobody is passed over for ever */
    guessed++;
    pid_t thread = look_for_a_while(wait_guessed, status);
    if (thread)
      return thread;
  }
  guessed = 0;
  return wait_any(status, true);
}

/* Async-signal-safe: yes */
static pid_t wait_next(int *status) {
  if (observed > MANY)
    return wait_among_many(status);
  pid_t thread = look_for_a_while(look_at_all, status);
  return thread ? thread : wait_any(status, true);
}

/* Async-signal-safe: yes */
static void remember(pid_t thread, int status) {
  int event = status >> 16;
  if (!WIFSTOPPED(status)) {
    observed -= observed > 0;
  } else if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK ||
             event == PTRACE_EVENT_VFORK) {
    observed++;
    creator = thread;
  }
  last = thread;
}

int clab_observer_wait(pid_t group, bool block, struct clab_observed_stop *stop) {
  int status;
  pid_t thread;
  if (group) {
    do
      thread = waitpid(-group, &status, __WALL | (block ? 0 : WNOHANG));
    while (thread < 0 && errno == EINTR);
  } else {
    if (!clab_stops_take(&thread, &status))
      thread = block ? wait_next(&status) : wait_any(&status, false);
    if (thread > 0)
      remember(thread, status);
  }
  *stop = (struct clab_observed_stop){.kind = CLAB_STOPPED_NOT};
  if (thread < 0)
    return errno;
  if (thread == 0)
    return 0;
  stop->thread = thread;
  if (!WIFSTOPPED(status)) {
    stop->kind = CLAB_STOPPED_ENDED;
    stop->status = status;
    return 0;
  }
  stop->signal = WSTOPSIG(status);
  stop->kind = kind_of(thread, status >> 16, stop->signal);
  unsigned long told;
  int event = status >> 16;
  if ((event == PTRACE_EVENT_EXIT || event == PTRACE_EVENT_CLONE) &&
      ptrace(PTRACE_GETEVENTMSG, thread, NULL, &told) == 0)
    stop->status = (int32_t)told;
  return 0;
}

int clab_observer_let_go(pid_t thread) {
  return ptrace(PTRACE_DETACH, thread, NULL, NULL) ? errno : 0;
}

bool clab_observer_is_of(pid_t thread, pid_t process) {
  return syscall(SYS_tgkill, process, thread, 0) == 0;
}

int clab_observer_resume(const struct clab_observed_stop *stop, int signal) {
  if (stop->kind == CLAB_STOPPED_GROUP)
    return ptrace(PTRACE_LISTEN, stop->thread, NULL, NULL) ? errno : 0;
  return ptrace(PTRACE_CONT, stop->thread, NULL, (long)signal) ? errno : 0;
}
