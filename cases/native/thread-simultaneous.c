/* Whoever faults first waits in the handler, its evidence sent, until all have come; then it dies,
   and they with it. */
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

void clab_case_thread_simultaneous(uint32_t threads) {
  expected = threads;
  clab_set_recovery(wait_for_the_others, NULL);
}
