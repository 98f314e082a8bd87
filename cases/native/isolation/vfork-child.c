/*
 * A child of vfork runs in its parent's memory, on its parent's stack, while the parent is
 * suspended. Its recursion overwrites only unused stack below; the frames above stay unchanged.
 */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

static __attribute__((noinline)) pid_t crash_in_child(void) {
  pid_t child = vfork();
  if (child == 0) {
    clab_case_descend();
    _exit(0);
  }
  return child;
}

/* Returns the signal that ended the child. */
int clab_case_vfork_child(void) {
  pid_t child = crash_in_child();
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    clab_give_up("no child could be made", errno);
  clab_fault_settled(); /* the child has died in the handler that it shares with its parent */
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}
