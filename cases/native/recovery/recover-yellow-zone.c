/*
 * Two zones below the stack, as the JVM has them. A fault in the upper, yellow one opens it, so
 * that the program has room to react, and is reported to the program as an error. When the program
 * has returned from the recursion, the zone is closed again. The red zone below is never opened.
 */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <sys/mman.h>

enum { ZONE = 64 * 1024 };

static char *limit;
static volatile bool overflowed;

static bool open_yellow_zone(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)context, (void)argument;
  char *address = info->si_addr;
  if (overflowed || address >= limit || address < limit - ZONE ||
      mprotect(limit - ZONE, ZONE, PROT_READ | PROT_WRITE))
    return false;
  clab_stack_limit_moved(limit - ZONE, ZONE);
  overflowed = true;
  return true;
}

static void close_yellow_zone(void) {
  if (mprotect(limit - ZONE, ZONE, PROT_NONE))
    clab_give_up("the yellow zone could not be closed again", errno);
  clab_stack_limit_moved(limit, 2 * ZONE);
  overflowed = false;
}

/* Returns whether it ended normally: false if the stack has run out. */
static __attribute__((noinline)) bool descend(uint64_t depth) {
  if (overflowed)
    return clab_optimizer_barrier(false);
  bool ended = descend(clab_optimizer_barrier(depth + 1));
  return clab_optimizer_barrier(ended);
}

/* Both run on a stack above a guard of two zones. */
void clab_case_recover_yellow_zone(void *stack_limit) {
  limit = stack_limit;
  clab_set_recovery(open_yellow_zone, NULL);
  for (int64_t errors = 1; errors <= 2 && !descend(0); errors++) {
    close_yellow_zone();
    clab_note_counter("errors raised", errors);
  }
}

void clab_case_recover_red_zone(void *stack_limit) {
  limit = stack_limit;
  clab_set_recovery(open_yellow_zone, NULL);
  clab_case_descend();
}
