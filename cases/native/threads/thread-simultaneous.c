/* The thread that faults first sends its evidence and waits in the handler until all have faulted;
   then the process dies. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <sched.h>

static uint32_t expected;

static bool wait_for_the_others(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)info, (void)context, (void)argument;
  while (clab_handler_entries() < expected)
    sched_yield();
  return false;
}

/* Returns at once: it sets what the handler does. */
void clab_case_thread_simultaneous(uint32_t threads) {
  expected = threads;
  clab_set_recovery(wait_for_the_others, NULL);
}
