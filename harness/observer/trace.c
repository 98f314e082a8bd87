/*
 * Tracing: attaching, waiting for stops, going on. One place for the encodings of waitpid's status
 * (ptrace(2), "Stopped states").
 */
#include "clab_observer.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

int clab_observer_seize(pid_t process, uint32_t flags) {
  long options = PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
  if (flags & CLAB_OBSERVE_FORKS)
    options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
  if (flags & CLAB_OBSERVE_EXECUTION)
    options |= PTRACE_O_TRACEEXEC;
  return ptrace(PTRACE_SEIZE, process, NULL, options) ? errno : 0;
}

static bool is_job_control(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

int clab_observer_wait(pid_t group, bool block, struct clab_observed_stop *stop) {
  int status;
  pid_t thread;
  do
    thread = waitpid(group ? -group : -1, &status, __WALL | (block ? 0 : WNOHANG));
  while (thread < 0 && errno == EINTR);
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
  stop->event = status >> 16;
  if (stop->event == 0)
    stop->kind = CLAB_STOPPED_SIGNAL;
  else if (stop->event == PTRACE_EVENT_STOP && is_job_control(stop->signal))
    stop->kind = CLAB_STOPPED_GROUP;
  else
    stop->kind = CLAB_STOPPED_EVENT; /* PTRACE_EVENT_STOP is here the first stop of a new thread */
  return 0;
}

int clab_observer_resume(const struct clab_observed_stop *stop, int signal) {
  if (stop->kind == CLAB_STOPPED_GROUP)
    return ptrace(PTRACE_LISTEN, stop->thread, NULL, NULL) ? errno : 0;
  return ptrace(PTRACE_CONT, stop->thread, NULL, (long)signal) ? errno : 0;
}
