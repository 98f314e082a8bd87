/*
 * The control process: beats in a process of its own, so that its beat says that a death stayed
 * inside the thread group. It is also the last to leave: when the laboratory is gone, however it
 * went, it ends the process groups of the trials. (The kernel ends the trials themselves, by
 * PR_SET_PDEATHSIG; what they have started does not inherit that.)
 */
#include "trial/child.h"

#include <errno.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PERIOD = 20000000 }; /* nanoseconds */

static _Noreturn void control(struct clab_board *board, pid_t parent) {
  while (getppid() == parent)
    clab_beat(board, 0, PERIOD);
  for (uint32_t i = 0; i < CLAB_MAX_GROUPS; i++)
    if (board->group[i] > 1)
      kill(-board->group[i], SIGKILL);
  _exit(0);
}

pid_t clab_fork_control(struct clab_board *board, int *pidfd) {
  pid_t parent = getpid();
  board->bystanders = 1;
  pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    clab_reset_signals();
    prctl(PR_SET_NAME, "control");
    syscall(SYS_close_range, 3, ~0U, 0);
    control(board, parent);
  }
  if (pid > 0)
    *pidfd = pidfd_open(pid, 0);
  return pid;
}

void clab_control_watch(struct clab_board *board, pid_t group) {
  for (uint32_t i = 0; i < CLAB_MAX_GROUPS; i++)
    if (board->group[i] == 0) {
      board->group[i] = group;
      return;
    }
}

void clab_control_forget(struct clab_board *board, pid_t group) {
  for (uint32_t i = 0; i < CLAB_MAX_GROUPS; i++)
    if (board->group[i] == group)
      board->group[i] = 0;
}
