/* A wall for the optimiser: in a file of its own, so that no caller sees its body. */
#include "crashlab_harness.h"

uint64_t clab_opaque(uint64_t value) {
  __asm__ volatile("" : "+r"(value));
  return value;
}
