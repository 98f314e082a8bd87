/* A handler that fixes nothing and returns as if it had. */
#include "crashlab_harness.h"
#include "native_cases.h"

static bool claim_recovered(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)info, (void)context, (void)argument;
  return true;
}

void clab_case_handler_returns(void) { clab_set_recovery(claim_recovered, NULL); }
