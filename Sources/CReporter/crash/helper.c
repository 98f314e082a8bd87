/* Starting the helper from a signal handler: like vfork, on a stack of its own, then execve. */
#include "crash/helper.h"

#include "plain/calls.h"
#include "plain/text.h"
#include "settings/settings.h"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum {
  CHILD_STACK = 16 * 1024,
  SLICE = 2 * 1000 * 1000, /* nanoseconds between two looks at the helper */
  SLICES = 5000, /* ten seconds: it stops many threads and answers before it reads names */
};

struct start {
  char *arguments[8];
  int failed; /* written by the child, which shares the memory */
};

/* In the child, while the thread that has made it stands still. Async-signal-safe: yes */
static int become_helper(void *context) {
  struct start *start = context;
  /* Standard error is where it may write to; what else the program has open is not its business. */
  clab_call(SYS_close_range, 3, ~0u, 0, 0, 0);
  long null = clab_call(SYS_openat, -100, (long)"/dev/null", 2, 0, 0);
  if (null >= 0) {
    clab_call(SYS_dup3, null, 0, 0, 0, 0);
    clab_call(SYS_dup3, null, 1, 0, 0, 0);
  }
  long error = clab_call(SYS_execve, (long)clab_settings.helper, (long)start->arguments,
                         (long)clab_settings.environment, 0, 0);
  __atomic_store_n(&start->failed, (int)-error, __ATOMIC_RELEASE);
  clab_call(SYS_exit, 127, 0, 0, 0, 0);
  return 127;
}

/* Async-signal-safe: yes */
static enum clab_helper_answer wait_for(long helper, const uint32_t *word) {
  struct timespec slice = {.tv_nsec = SLICE};
  for (int i = 0; i < SLICES; i++) {
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE))
      return CLAB_HELPER_TRACES;
    if (clab_call(SYS_wait4, helper, 0, WNOHANG | __WALL, 0, 0) == helper)
      return CLAB_HELPER_NOT;
    clab_call(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, 0, (long)&slice, 0);
  }
  clab_call(SYS_kill, helper, SIGKILL, 0, 0, 0);
  return CLAB_HELPER_NOT;
}

enum clab_helper_answer clab_helper_run(void) {
  /* One crash is told at a time, and the alternate stack may be a small one of the program's. */
  static uint32_t word; /* written by the helper */
  static char name[] = "crashlab", command[] = "report-crash", redact[] = "--redact";
  static _Alignas(64) char stack[CHILD_STACK];
  if (!clab_settings.helper[0])
    return CLAB_HELPER_NOT;
  char process[24], thread[24], address[24];
  clab_text_number(process, (uint64_t)clab_call(SYS_getpid, 0, 0, 0, 0, 0));
  clab_text_number(thread, (uint64_t)clab_call(SYS_gettid, 0, 0, 0, 0, 0));
  clab_text_number(address, (uint64_t)&word);
  struct start start = {.arguments = {name, command, process, thread, address, clab_settings.report,
                                      clab_settings.redacts ? redact : NULL, NULL}};
  word = 0;
  /* Without a signal at its end: the program's handler for SIGCHLD and its waitpid know nothing of
     it. */
  long helper = clone(become_helper, stack + sizeof stack, CLONE_VM | CLONE_VFORK, &start);
  if (helper <= 0)
    return CLAB_HELPER_NOT;
  if (__atomic_load_n(&start.failed, __ATOMIC_ACQUIRE)) {
    clab_call(SYS_wait4, helper, 0, __WALL, 0, 0);
    return CLAB_HELPER_NOT;
  }
  /* Yama (kernel.yama.ptrace_scope of 1) lets a parent trace its child, and nobody else who was not
     named. */
  clab_call(SYS_prctl, PR_SET_PTRACER, helper, 0, 0, 0);
  return wait_for(helper, &word);
}
