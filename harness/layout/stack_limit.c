/* The limit of a process's stacks, which is also the size of the threads that it will make. */
#include "crashlab_harness.h"

#include <errno.h>
#include <sys/resource.h>

int clab_stack_limit_of(pid_t process, uint64_t *bytes) {
  struct rlimit limit;
  if (prlimit(process, RLIMIT_STACK, NULL, &limit))
    return errno;
  *bytes = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
  return 0;
}
