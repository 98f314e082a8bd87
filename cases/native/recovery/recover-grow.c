/*
 * A stack that grows on demand: the handler of a fault in the guard makes the guard's upper end
 * writable, step by step, and the instruction runs again. This happens twice; in between, the stack
 * is made small again.
 *
 * mprotect is not on POSIX's list for handlers; on Linux it is a bare system call.
 */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <errno.h>
#include <sys/mman.h>

enum { STEP = 64 * 1024, STEPS = 4, ROUNDS = 2, GUARD = 1 << 20 };

static char *limit, *guard;
static int64_t steps;

static bool grow(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)context, (void)argument;
  char *address = info->si_addr;
  if (address >= limit || address < limit - STEP ||
      mprotect(limit - STEP, STEP, PROT_READ | PROT_WRITE))
    return false;
  limit -= STEP;
  clab_stack_limit_moved(limit, (size_t)(limit - guard));
  clab_note_counter("growth steps", ++steps);
  return true;
}

/* Runs on a stack above a guard of 1 MiB. */
void clab_case_recover_grow(void *stack_limit) {
  clab_set_recovery(grow, NULL);
  for (int round = 0; round < ROUNDS; round++) {
    limit = stack_limit;
    guard = limit - GUARD;
    clab_case_descend_below(limit - (STEPS - 1) * STEP - STEP / 2);
    if (mprotect(limit, (size_t)((char *)stack_limit - limit), PROT_NONE))
      clab_give_up("the guard could not be closed again", errno);
    clab_stack_limit_moved(stack_limit, GUARD);
  }
}
