/* A recursion that continues until its frames lie below an address, and then returns: an overflow
   of known length on a stack without a guard. */
#include "crashlab_harness.h"
#include "native_cases.h"

static __attribute__((noinline)) uint64_t descend(uint64_t address) {
  volatile uint64_t frame[8] = {address, address, address, address};
  if ((uint64_t)frame < address)
    return frame[1];
  return clab_optimizer_barrier(descend(address)) + frame[2];
}

void clab_case_descend_below(const void *address) {
  clab_optimizer_barrier(descend((uint64_t)address));
}
