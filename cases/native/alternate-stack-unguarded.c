/* A handler that overruns its alternate stack and comes back: the kernel has nothing against it. */
#include "crashlab_harness.h"
#include "native_cases.h"

#include <setjmp.h>

static sigjmp_buf before_the_fall;

static bool overrun(int signal, siginfo_t *info, void *context, void *down_to) {
  (void)signal, (void)info, (void)context;
  clab_case_descend_below(down_to);
  clab_fault_settled();
  siglongjmp(before_the_fall, 1);
}

void clab_case_alternate_stack_unguarded(const void *down_to) {
  clab_set_recovery(overrun, (void *)down_to);
  if (sigsetjmp(before_the_fall, 1) == 0)
    clab_case_descend();
}
