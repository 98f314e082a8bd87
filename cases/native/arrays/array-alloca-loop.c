/* A loop that allocates a piece of stack in every iteration. The pieces are chained, so that the
   compiler can neither omit nor free one. */
#include "crashlab_harness.h"
#include "native_cases.h"

struct piece {
  struct piece *before;
  unsigned char rest[1000];
};

static __attribute__((noinline)) uint64_t take_pieces(uint64_t count) {
  volatile struct piece *last = NULL;
  for (uint64_t i = 0; i < count; i++) {
    volatile struct piece *next = __builtin_alloca(sizeof *next);
    next->before = (struct piece *)last;
    last = next;
  }
  return (uint64_t)last->before;
}

void clab_case_array_alloca_loop(void) {
  clab_optimizer_barrier(take_pieces(clab_optimizer_barrier(UINT64_MAX)));
}
