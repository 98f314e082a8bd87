/* As array-lowest-first.c, but the length is known only at run time. */
#include "array_size.h"
#include "crashlab_harness.h"
#include "native_cases.h"

static __attribute__((noinline)) unsigned char touch_lowest(size_t length) {
  volatile unsigned char array[length];
  array[clab_optimizer_barrier(0)] = 0xee;
  return array[clab_optimizer_barrier(0)];
}

void clab_case_array_variable_length(void) {
  clab_optimizer_barrier(touch_lowest(clab_optimizer_barrier(CLAB_CASE_ARRAY_SIZE)));
}
