/*
 * The array of array-lowest-first.c, compiled with -fstack-clash-protection (Package.swift says so
 * for this folder): the prologue touches every page on its way down, so the guard is hit before
 * any statement runs.
 */
#include "../arrays/array_size.h"
#include "crashlab_harness.h"
#include "probed_cases.h"

static __attribute__((noinline)) unsigned char touch_lowest(uint64_t index) {
  volatile unsigned char array[CLAB_CASE_ARRAY_SIZE];
  array[index] = 0xee;
  return array[index];
}

void clab_case_array_probed(void) {
  clab_optimizer_barrier(touch_lowest(clab_optimizer_barrier(0)));
}
