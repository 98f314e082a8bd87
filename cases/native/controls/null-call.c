/* A call through a null pointer: the program counter itself is 0. */
#include "crashlab_harness.h"
#include "native_cases.h"

void clab_case_null_call(void) {
  void (*function)(void) = (void (*)(void))clab_optimizer_barrier(0);
  function();
  clab_optimizer_barrier(1); /* no tail call: the caller must be in the trace */
}
