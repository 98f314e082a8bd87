/* A recursion that ends, in frames of 1 KiB, as a parser's that has a line on its stack. */
#include "crashlab_harness.h"
#include "native_cases.h"

enum { FRAME = 1024 };

__attribute__((noinline)) static unsigned parse_nested(unsigned levels) {
  volatile char line[FRAME];
  line[0] = (char)levels;
  line[FRAME - 1] = line[0];
  (void)clab_optimizer_barrier((uint64_t)(uintptr_t)line);
  if (levels <= 1)
    return 1;
  return parse_nested(levels - 1) + 1 + (unsigned)(line[0] != line[FRAME - 1]);
}

/* Returns how many levels there were. */
unsigned clab_case_parse(unsigned levels) { return parse_nested(levels); }
