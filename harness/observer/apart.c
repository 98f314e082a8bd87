/* The observer waits for any child. In a process that has got children from an earlier program it
   would wait for strangers: it stands in a process of its own there. */
#include "clab_observer.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

pid_t clab_observer_stand_apart(void) {
  pid_t parent = getpid();
  pid_t process = fork();
  if (process != 0)
    return process;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(1); /* it had gone before prctl */
  return 0;
}
