/*
 * The handler leaves by siglongjmp. The mask that sigsetjmp saved is restored, so the signal is
 * no longer blocked. The kernel sees from the stack pointer that the alternate stack is not in use,
 * so it can be used a second time.
 */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <setjmp.h>

static sigjmp_buf before_overflow;

static __attribute__((noinline)) uint64_t descend(uint64_t depth) {
  return clab_optimizer_barrier(descend(depth + 1)) + depth;
}

static bool jump_out(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)info, (void)context, (void)argument;
  clab_fault_settled();
  siglongjmp(before_overflow, 1);
}

void clab_case_recover_longjmp(void) {
  clab_set_recovery(jump_out, NULL);
  volatile int64_t recovered = 0;
  while (recovered < 2) {
    if (sigsetjmp(before_overflow, 1) == 0)
      clab_optimizer_barrier(descend(0));
    recovered++;
    clab_note_counter("recovered", recovered);
  }
}
