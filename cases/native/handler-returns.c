/* A handler that mends nothing and returns, as if it had. */
#include "crashlab_harness.h"
#include "native_cases.h"

static bool say_it_is_mended(int signal, siginfo_t *info, void *context, void *argument) {
  (void)signal, (void)info, (void)context, (void)argument;
  return true;
}

void clab_case_handler_returns(void) { clab_set_recovery(say_it_is_mended, NULL); }
