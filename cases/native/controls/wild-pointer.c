/* An address like those that debug allocators fill freed memory with, in the middle of the range
   that a process may use. */
#include "crashlab_harness.h"
#include "native_cases.h"

void clab_case_wild_pointer(void) {
  *(volatile uint64_t *)clab_optimizer_barrier(UINT64_C(0x5a5a5a5a5a50)) = 1;
}
