/*
 * The handler ends only the thread that overflowed. It does not call pthread_exit itself, which is
 * not async-signal-safe: it jumps to the thread's first frame, and the thread returns from there.
 */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <setjmp.h>

static __thread sigjmp_buf first_frame;

static __attribute__((noinline)) uint64_t descend(uint64_t depth) {
  return clab_optimizer_barrier(descend(depth + 1)) + depth;
}

static bool leave_thread(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)info, (void)context, (void)argument;
  clab_fault_settled();
  siglongjmp(first_frame, 1);
}

void clab_case_recover_thread_exit(void) {
  clab_set_recovery(leave_thread, NULL);
  if (sigsetjmp(first_frame, 1) == 0)
    clab_optimizer_barrier(descend(0));
}
