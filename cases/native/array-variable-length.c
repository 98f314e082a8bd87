/* As array-lowest-first.c, but the length is known only at run time. */
#include "crashlab_harness.h"
#include "native_cases.h"

static __attribute__((noinline)) unsigned char touch_lowest(size_t length) {
  volatile unsigned char array[length];
  array[clab_opaque(0)] = 0xee;
  return array[clab_opaque(0)];
}

void clab_case_array_variable_length(void) {
  clab_opaque(touch_lowest(clab_opaque(CLAB_CASE_ARRAY_SIZE)));
}
