/*
 * An array larger than the guard and the rest of the stack, whose lowest byte is touched first.
 * The compilers move the stack pointer in one step and touch nothing in between, so the access
 * steps over the guard (unless built with -fstack-clash-protection: see probed/array-probed.c).
 */
#include "array_size.h"
#include "crashlab_harness.h"
#include "native_cases.h"

static __attribute__((noinline)) unsigned char touch_lowest(uint64_t index) {
  volatile unsigned char array[CLAB_CASE_ARRAY_SIZE];
  array[index] = 0xee;
  return array[index];
}

void clab_case_array_lowest_first(void) {
  clab_optimizer_barrier(touch_lowest(clab_optimizer_barrier(0)));
}
