/* Recursion in steps of 64 KiB, each frame touched at its low end first. */
#include "crashlab_harness.h"
#include "native_cases.h"

static __attribute__((noinline)) uint64_t descend(uint64_t depth) {
  volatile unsigned char frame[64 * 1024];
  frame[clab_optimizer_barrier(0)] = (unsigned char)depth;
  return clab_optimizer_barrier(descend(depth + 1)) + frame[clab_optimizer_barrier(0)];
}

void clab_case_thread_wide_guard(void) { clab_optimizer_barrier(descend(0)); }
