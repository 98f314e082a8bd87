/* A value that the optimizer knows nothing about. It has a file of its own, so that no caller sees
   its body and inlines it. Async-signal-safe: yes */
#include "crashlab_harness.h"

uint64_t clab_optimizer_barrier(uint64_t value) {
  __asm__ volatile("" : "+r"(value));
  return value;
}
