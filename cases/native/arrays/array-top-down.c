/* The same array filled from its high end: the first byte below the stack limit is in the guard. */
#include "array_size.h"
#include "crashlab_harness.h"
#include "native_cases.h"

static __attribute__((noinline)) unsigned char fill_downwards(uint64_t count) {
  volatile unsigned char array[CLAB_CASE_ARRAY_SIZE];
  for (uint64_t i = count; i-- > 0;)
    array[i] = (unsigned char)i;
  return array[count / 2];
}

void clab_case_array_top_down(void) {
  clab_optimizer_barrier(fill_downwards(clab_optimizer_barrier(CLAB_CASE_ARRAY_SIZE)));
}
