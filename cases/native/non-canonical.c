/* An address whose upper bits are no sign extension: the processor refuses it before any look at
   the page table, and does not tell the kernel which it was. */
#include "crashlab_harness.h"
#include "native_cases.h"

void clab_case_non_canonical(void) {
  *(volatile uint64_t *)clab_optimizer_barrier(UINT64_C(0x0123456789abcdef)) = 1;
}
