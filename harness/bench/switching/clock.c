/*
 * The core's clock, without a performance counter. The time-stamp counter ticks at the rate printed
 * on the box; the core runs at another, faster by 1.7 on some machines.
 */
#include "clab_switching.h"
#include "crashlab_harness.h"

enum { CHAIN = 64, TURNS = 2000, TRIES = 5 };

/* The addend is in a register: recent cores fold chains of immediate additions at renaming, several
   a cycle. */
static void chain(void) {
  uint64_t sum = 0, addend = 1;
  for (int i = 0; i < TURNS; i++) {
#if defined(__x86_64__)
    __asm__ volatile(".rept %c2\n\taddq %1, %0\n\t.endr" : "+r"(sum) : "r"(addend), "i"(CHAIN));
#elif defined(__aarch64__)
    __asm__ volatile(".rept %c2\n\tadd %0, %0, %1\n\t.endr" : "+r"(sum) : "r"(addend), "i"(CHAIN));
#endif
  }
}

double clab_cycles_per_nanosecond(void) {
  uint64_t best = UINT64_MAX;
  for (int i = 0; i < TRIES; i++) {
    uint64_t start = clab_now();
    chain();
    uint64_t elapsed = clab_now() - start;
    if (elapsed < best)
      best = elapsed;
  }
  return (double)(CHAIN * TURNS) / (double)best;
}
