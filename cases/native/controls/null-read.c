/* A read through a null pointer. */
#include "crashlab_harness.h"
#include "native_cases.h"

void clab_case_null_read(void) {
  clab_optimizer_barrier(*(volatile uint64_t *)clab_optimizer_barrier(0));
}
