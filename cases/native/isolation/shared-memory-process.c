/*
 * Two processes in one address space: CLONE_VM without CLONE_THREAD. The child overflows a stack of
 * its own, with the default action; before that it writes a word into the shared memory.
 */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { STACK_SIZE = 64 * 1024 };

static volatile int word;

/* It shares thread-local storage with the thread that created it, which waits. */
static int run_child(void *argument) {
  (void)argument;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGSEGV, SIG_DFL);
  word = 42;
  clab_case_descend();
  return 0;
}

void clab_case_shared_memory_process(void) {
  char *stack = clab_map_stack(0, false, 4096, STACK_SIZE);
  if (!stack)
    clab_give_up("no memory for a stack", errno);
  pid_t child = clone(run_child, stack + STACK_SIZE, CLONE_VM | SIGCHLD, NULL);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    clab_give_up("no second process in this address space", errno);
  clab_note_counter("signal of the other", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  clab_note_counter("word that it left", word);
}
