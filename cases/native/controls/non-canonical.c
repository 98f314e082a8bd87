/* An address whose upper bits are not a sign extension: the processor raises #GP before it reads
   the page table, and does not report the address. */
#include "crashlab_harness.h"
#include "native_cases.h"

void clab_case_non_canonical(void) {
  *(volatile uint64_t *)clab_optimizer_barrier(UINT64_C(0x0123456789abcdef)) = 1;
}
