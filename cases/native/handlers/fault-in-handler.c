/* A handler that faults itself. It notes whether the alternate stack is disabled at that moment. */
#include "crashlab_harness.h"
#include "native_cases.h"

static bool write_to_null(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)context, (void)argument;
  if (info->si_addr == NULL)
    return false; /* its own fault */
  stack_t stack;
  if (sigaltstack(NULL, &stack) == 0)
    clab_note_counter("disarmed in the handler", (stack.ss_flags & SS_DISABLE) != 0);
  *(volatile int *)clab_optimizer_barrier(0) = 1;
  return false;
}

void clab_case_fault_in_handler(void) { clab_set_recovery(write_to_null, NULL); }
