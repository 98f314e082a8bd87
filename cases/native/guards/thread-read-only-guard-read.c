/* An array that reaches into the guard is read at its low end. Nothing is called in between: a call
   would write its return address there. */
#include "crashlab_harness.h"
#include "native_cases.h"

struct look {
  unsigned char byte;
  uint64_t depth;
};

static __attribute__((noinline)) struct look read_lowest(const char *stack_limit) {
  const char *here = __builtin_frame_address(0);
  volatile unsigned char *array = __builtin_alloca((size_t)(here - stack_limit) + 1024);
  /* Reading what was never written is the purpose; the compiler must not see it. */
  __asm__ volatile("" : "+r"(array));
  uint64_t lowest = (uint64_t)array;
  return (struct look){array[0], (uint64_t)stack_limit - lowest};
}

void clab_case_thread_read_only_guard_read(const void *stack_limit) {
  struct look look = read_lowest(stack_limit);
  clab_note_counter("byte read from the guard", look.byte);
  clab_note_counter("depth in the guard", (int64_t)look.depth);
}
