/* A handler that overruns its alternate stack and returns; the kernel does not notice. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <setjmp.h>

static sigjmp_buf before_overflow;

static bool overrun(int signal, siginfo_t *info, void *context, void *down_to) {
  (void)signal, (void)info, (void)context;
  clab_case_descend_below(down_to);
  clab_fault_settled();
  siglongjmp(before_overflow, 1);
}

/* The handler recurses down to this address of its alternate stack, and then jumps back here. */
void clab_case_alternate_stack_unguarded(const void *down_to) {
  clab_set_recovery(overrun, (void *)down_to);
  if (sigsetjmp(before_overflow, 1) == 0)
    clab_case_descend();
}
