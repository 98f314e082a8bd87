/* A handler that needs more stack than its alternate stack has. */
#include "crashlab_harness.h"
#include "native_cases.h"

static bool recurse(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)info, (void)context, (void)argument;
  clab_case_descend();
  return false;
}

void clab_case_recurse_in_handler(void) { clab_set_recovery(recurse, NULL); }
